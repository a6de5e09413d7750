import { LRUCache } from 'lru-cache';
import { type Deps, perDeps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';

/*
 * A process takes permits from the database, a twelfth of the limit at a time, and gives them out
 * itself: all processes count together, and few calls ask the database. Permits end with their minute.
 */

const partsOfLimit = 12;
const rememberedApps = 10_000;

type Permits = {
  left: number;
  /** Whether the database has no more in this minute. */
  areLast: boolean;
  /** When the minute ends, by `performance.now()`. */
  until: number;
};

const permitsOf = perDeps(() => ({
  taken: new LRUCache<string, Permits>({ max: rememberedApps }),
  taking: new Map<string, Promise<void>>(),
}));

/** In how many seconds an app has permits again, as far as this process knows; 0 when it may have some. */
export function secondsToPermits(deps: Deps, appId: string): number {
  const permits = currentPermits(deps, appId);
  if (permits === undefined || permits.left > 0 || !permits.areLast) return 0;
  return Math.ceil((permits.until - performance.now()) / 1_000);
}

/**
 * Takes one permit of an app; false when its minute has none left.
 *
 * @throws NotFoundError when the app is no more.
 */
export async function takePermit(deps: Deps, appId: string): Promise<boolean> {
  for (;;) {
    const permits = currentPermits(deps, appId);
    if (permits !== undefined && permits.left > 0) {
      permits.left -= 1;
      return true;
    }
    if (permits?.areLast) return false;
    await takeMoreOnce(deps, appId);
  }
}

function currentPermits(deps: Deps, appId: string): Permits | undefined {
  const permits = permitsOf(deps).taken.get(appId);
  return permits !== undefined && permits.until > performance.now() ? permits : undefined;
}

/** Whoever runs out of permits at the same time shares the next ones. */
function takeMoreOnce(deps: Deps, appId: string): Promise<void> {
  const { taking } = permitsOf(deps);
  const known = taking.get(appId) ?? takeMore(deps, appId).finally(() => taking.delete(appId));
  taking.set(appId, known);
  return known;
}

/* `taken` may grow beyond the limit: what is beyond it was not granted. */
const statement = `
  INSERT INTO mint_window AS w (app_id, taken)
  SELECT a.id, $2 FROM app a WHERE a.id = $1::uuid FOR KEY SHARE
  ON CONFLICT (app_id) DO UPDATE SET
    started_at = CASE WHEN w.started_at > now() - interval '1 minute' THEN w.started_at ELSE now() END,
    taken = CASE WHEN w.started_at > now() - interval '1 minute' THEN w.taken ELSE 0 END + $2
  RETURNING taken - $2 AS before,
    EXTRACT(EPOCH FROM started_at + interval '1 minute' - now())::float8 AS "secondsLeft"`;

async function takeMore(deps: Deps, appId: string): Promise<void> {
  const limit = deps.config.limits.mintsPerApp;
  const wanted = Math.max(1, Math.floor(limit / partsOfLimit));
  const asked = performance.now();
  type Row = { before: number; secondsLeft: number };
  const [row] = await deps.sql<Row>('take-permits', statement, [appId, wanted]);
  if (row === undefined) throw new NotFoundError('app');
  const left = Math.min(wanted, Math.max(0, limit - row.before));
  const until = asked + row.secondsLeft * 1_000;
  permitsOf(deps).taken.set(appId, { left, areLast: left < wanted, until });
}
