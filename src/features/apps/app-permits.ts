import { LRUCache } from 'lru-cache';
import type { Deps } from '../../core/deps/deps.ts';
import { NotFoundError } from '../../platform/errors.ts';

/*
 * A process takes permits from the database, a twelfth of the limit at a time, and hands them out itself.
 * So all processes count together, but only few calls reach the database. Permits end with their minute.
 */

const partsOfLimit = 12;

/** Maximum number of entries in memory. The process forgets the entries that were not used for longest. */
const rememberedApps = 10_000;

/** The purposes of a permit, each with the table that counts an app's minute. */
const kinds = {
  mint: { table: 'mint_window', limit: 'mintsPerApp' },
  action: { table: 'action_window', limit: 'actionsPerApp' },
} as const;

type PermitKind = keyof typeof kinds;

type Permits = {
  /** The number of permits that this process can still hand out. */
  left: number;
  /** Whether the database has no further permits in this minute. */
  areLast: boolean;
  /** The end of the minute, by `performance.now()`. */
  until: number;
};

/**
 * Creates the permits of this process. `taking` holds the requests to the database that are running, by
 * kind and app.
 */
export function createAppPermits() {
  return {
    taken: new LRUCache<string, Permits>({ max: rememberedApps }),
    taking: new Map<string, Promise<void>>(),
  };
}

declare module '../../core/deps/deps.ts' {
  interface Deps {
    appPermits: ReturnType<typeof createAppPermits>;
  }
}

/**
 * Returns after how many seconds an app has permits again, as far as this process knows; 0 if it may have
 * some now.
 */
export function secondsToPermits(deps: Deps, kind: PermitKind, appId: string): number {
  const permits = currentPermits(deps, kind, appId);
  if (permits === undefined || permits.left > 0 || !permits.areLast) return 0;
  return Math.ceil((permits.until - performance.now()) / 1_000);
}

/**
 * Takes one permit of an app; returns false when its minute has none left.
 *
 * @throws NotFoundError when the app is deleted.
 */
export async function takePermit(deps: Deps, kind: PermitKind, appId: string): Promise<boolean> {
  // Other callers may use up the new permits before this one continues, so it looks again each time.
  for (;;) {
    const permits = currentPermits(deps, kind, appId);
    if (permits !== undefined && permits.left > 0) {
      permits.left -= 1;
      return true;
    }
    if (permits?.areLast) return false;
    await takeMoreOnce(deps, kind, appId);
  }
}

function currentPermits(deps: Deps, kind: PermitKind, appId: string): Permits | undefined {
  const permits = deps.appPermits.taken.get(`${kind} ${appId}`);
  return permits !== undefined && permits.until > performance.now() ? permits : undefined;
}

/** Takes further permits. Callers that run out of permits at the same time share one statement. */
function takeMoreOnce(deps: Deps, kind: PermitKind, appId: string): Promise<void> {
  const { taking } = deps.appPermits;
  const key = `${kind} ${appId}`;
  const known = taking.get(key) ?? takeMore(deps, kind, appId).finally(() => taking.delete(key));
  taking.set(key, known);
  return known;
}

/*
 * Adds $2 permits to the count of the app's minute, or starts a new minute. `taken` can exceed the limit:
 * the caller grants only the part that is within it. FOR KEY SHARE keeps the app from being deleted until
 * the row is written.
 */
const statementFor = (table: string) => `
  INSERT INTO ${table} AS w (app_id, taken)
  SELECT a.id, $2 FROM app a WHERE a.id = $1::uuid FOR KEY SHARE
  ON CONFLICT (app_id) DO UPDATE SET
    started_at = CASE WHEN w.started_at > now() - interval '1 minute' THEN w.started_at ELSE now() END,
    taken = CASE WHEN w.started_at > now() - interval '1 minute' THEN w.taken ELSE 0 END + $2
  RETURNING taken - $2 AS before,
    EXTRACT(EPOCH FROM started_at + interval '1 minute' - now())::float8 AS "secondsLeft"`;

async function takeMore(deps: Deps, kind: PermitKind, appId: string): Promise<void> {
  const { table, limit: name } = kinds[kind];
  const limit = deps.config.limits[name];
  const wanted = Math.max(1, Math.floor(limit / partsOfLimit));
  // The end of the minute is counted from before the statement, so permits never outlive their minute.
  const asked = performance.now();
  type Row = { before: number; secondsLeft: number };
  const [row] = await deps.sql<Row>(`take-${kind}-permits`, statementFor(table), [appId, wanted]);
  if (row === undefined) throw new NotFoundError('app');
  const left = Math.min(wanted, Math.max(0, limit - row.before));
  const until = asked + row.secondsLeft * 1_000;
  deps.appPermits.taken.set(`${kind} ${appId}`, { left, areLast: left < wanted, until });
}
