import type { Deps } from '../deps/deps.ts';

/**
 * Returns the smallest id that an event of this time or later can have, by the clock of the process that
 * made it. Ids are UUIDv7, and their first 48 bits are milliseconds (RFC 9562, section 5.7).
 */
export function earliestEventId(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

const pruneBatchRows = 1_000;
/** Maximum number of batches that one sweep deletes. The rest waits for the next sweep. */
const mostBatches = 100;

/*
 * By id, because ids have an index and are in the order of time, apart from differences between the clocks
 * of the processes.
 */
const pruneStatement = `
  DELETE FROM audit_event WHERE id IN (
    SELECT id FROM audit_event WHERE id < $1::uuid AND at < $2 ORDER BY id LIMIT ${pruneBatchRows}
  ) RETURNING 1`;

/**
 * Deletes the events that are older than `AUDIT_RETENTION`, in batches. It does nothing if that is not
 * set.
 */
export async function pruneAuditEvents({ sql, config, log }: Deps): Promise<void> {
  const { auditRetention } = config;
  if (auditRetention === undefined) return;
  try {
    const [row] = await sql<{ end: Date }>(
      'audit-retention',
      'SELECT now() - make_interval(days => $1::int) AS end',
      [auditRetention],
    );
    if (row === undefined) return;
    for (let batch = 0; batch < mostBatches; batch += 1) {
      const values = [earliestEventId(row.end), row.end];
      if ((await sql('prune-audit', pruneStatement, values)).length < pruneBatchRows) return;
    }
  } catch (error) {
    log.warn({ err: error }, 'could not delete old audit events');
  }
}
