import type { ChangeKind } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Deps } from '../deps/deps.ts';

/** A committed change of a connection, or of an end user's progress with a requirement. */
export type Change = { id: number; at: Date; kind: ChangeKind; projectId: string } & (
  | { connectionId: string }
  | { connectionId: null; appId: string; requirementId: string; endUserId: string }
);

/**
 * Seconds for which changes are read again. Transactions do not commit in the order of their times, so a
 * late commit appears among older changes.
 */
const overlap = 10;
/** Minutes for which changes are kept. A subscriber that was away for longer has missed some. */
const kept = 60;
/**
 * Maximum number of changes in one reading. A subscriber that has missed more must read the current state
 * again.
 */
const most = 20_000;

/**
 * The outcome of a reading: the changes since the previous one, oldest first, or the fact that too many
 * were missed.
 */
export type Reading = { kind: 'changes'; changes: Change[] } | { kind: 'missed' };

/*
 * The time is that of the transaction, so nothing that the transaction sees or waits for is later.
 */
const readChangesStatement = `
  SELECT t.now, c.id, c.at, c.kind::text AS kind, c.project_id AS "projectId",
    c.connection_id AS "connectionId", c.app_id AS "appId", c.requirement_id AS "requirementId",
    c.end_user_id AS "endUserId", t.now - $1 > interval '${kept - 5} minutes' AS "isLate"
  FROM (SELECT now() AS now) t LEFT JOIN change c
    ON c.at > COALESCE($1::timestamptz, t.now) - interval '${overlap} seconds'
    AND c.project_id = ANY($2::uuid[])
  ORDER BY c.at, c.id LIMIT $3`;

type ChangeRow = { now: Date; isLate: boolean | null } & (Change | { id: null });

/**
 * Creates a reader that returns the changes of some projects since its last reading, each once. The next
 * reading makes up for a failed one.
 */
export function createChangeReader(sql: Sql): (projectIds: readonly string[]) => Promise<Reading> {
  let cursor: Date | null = null;
  const seen = new Map<number, number>();
  return async (projectIds) => {
    const rows: ChangeRow[] = await sql<ChangeRow>('read-changes', readChangesStatement, [
      cursor,
      projectIds,
      most,
    ]);
    const [first] = rows;
    cursor = first?.now ?? cursor;
    if (first?.isLate || rows.length === most) return { kind: 'missed' };
    const changes = rows.filter((row) => row.id !== null).filter(({ id }) => !seen.has(id));
    for (const { id, at } of changes) seen.set(id, at.getTime());
    const oldest = (cursor?.getTime() ?? 0) - 2 * overlap * 1_000;
    for (const [id, at] of seen) if (at < oldest) seen.delete(id);
    return { kind: 'changes', changes };
  };
}

const forgetChangesStatement = `DELETE FROM change WHERE at < now() - interval '${kept} minutes'`;

/** Deletes the changes that every subscriber has read by now. */
export async function forgetOldChanges({ sql, log }: Deps): Promise<void> {
  try {
    await sql('forget-old-changes', forgetChangesStatement, []);
  } catch (error) {
    log.warn({ err: error }, 'could not delete old changes');
  }
}
