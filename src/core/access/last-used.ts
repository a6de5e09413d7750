import type { Deps } from '../deps/deps.ts';

/** Minimum pause in milliseconds between two writes of the same row's last use. */
const writeInterval = 60_000;
const remembered = 50_000;

type UsedTable = 'access_key' | 'connection' | 'personal_access_token';

/**
 * Records that a row was used now. The write happens later, in a batch, at most once a minute per row,
 * because a write per request would cost more than the request.
 */
export function markUsed(deps: Deps, table: UsedTable, id: string): void {
  const marks = deps.lastUsed[table];
  const known = marks.written.get(id);
  const now = Date.now();
  if (known !== undefined && now - known < writeInterval) return;
  if (marks.written.size >= remembered) marks.written.clear();
  marks.written.set(id, now);
  marks.waiting.add(id);
  marks.timer ??= setTimeout(() => void writeMarks(deps, table), 1_000).unref();
}

type Marks = {
  written: Map<string, number>;
  waiting: Set<string>;
  timer: NodeJS.Timeout | undefined;
};

/** The times of last use that are not written yet, by table. */
export function createLastUsed(): Record<UsedTable, Marks> {
  return { access_key: newMarks(), connection: newMarks(), personal_access_token: newMarks() };
}

declare module '../deps/deps.ts' {
  interface Deps {
    lastUsed: ReturnType<typeof createLastUsed>;
  }
}

function newMarks(): Marks {
  return { written: new Map(), waiting: new Set(), timer: undefined };
}

/** Writes the times of last use that still wait. */
export async function flushLastUsed(deps: Deps): Promise<void> {
  for (const table of Object.keys(deps.lastUsed) as UsedTable[]) {
    clearTimeout(deps.lastUsed[table].timer);
    if (deps.lastUsed[table].waiting.size > 0) await writeMarks(deps, table);
  }
}

/** A lost mark does no harm, so a failure is only logged. The next use marks the row again within a minute. */
async function writeMarks(deps: Deps, table: UsedTable): Promise<void> {
  const marks = deps.lastUsed[table];
  // In a fixed order, so that two processes cannot deadlock on each other's rows.
  const ids = [...marks.waiting].sort();
  marks.waiting.clear();
  marks.timer = undefined;
  const text = `UPDATE ${table} SET last_used_at = now() FROM unnest($1::uuid[]) AS used(id) WHERE ${table}.id = used.id`;
  try {
    await deps.sql(`mark-${table}-used`, text, [ids]);
  } catch (error) {
    deps.log.warn({ err: error, table }, 'could not store the times of last use');
  }
}
