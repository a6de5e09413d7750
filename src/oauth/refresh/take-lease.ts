import { perDeps } from '../../core/deps/deps.ts';
import { batch } from '../../platform/db/batch.ts';
import { hiddenArray, type Sql } from '../../platform/db/sql.ts';

/** How long a lease lasts, in seconds, by the database's clock. */
export const leaseSeconds = 30;

/** What a process asks for: the right to refresh one generation of a connection's tokens. */
export type WantedLease = {
  connectionId: string;
  tokenVersion: number;
  /** Random: who holds the lease then. */
  owner: string;
  /** Whether a lease that ran out may be taken from a process that never ended it. */
  mayTakeOver: boolean;
};

/** What came of it. `current` is false when that generation is no more: then read again, and never call. */
export type Lease = { taken: boolean; current: boolean; isAttemptOpen: boolean; failures: number };

/** Takes a lease. Concurrent calls share a statement. */
export const takeRefreshLease = perDeps((deps) =>
  batch((wanted: readonly WantedLease[]) => takeTogether(deps.sql, wanted)),
);

/* Rows are locked in one order, so that two processes do not wait for each other in a circle. */
const statement = `
  WITH q AS (
    SELECT * FROM unnest(${hiddenArray('uuid')}, $2::int[], $3::text[], $4::boolean[])
      WITH ORDINALITY AS q(id, version, owner, may_take_over, position)
  ),
  free AS (
    SELECT g.connection_id, q.owner, q.position FROM q JOIN oauth_grant g
      ON g.connection_id = q.id AND g.token_version = q.version AND g.tokens IS NOT NULL
      AND (g.lease_until IS NULL OR (g.lease_until <= now() AND q.may_take_over))
    ORDER BY g.connection_id FOR UPDATE OF g
  ),
  taken AS (
    UPDATE oauth_grant g SET lease_owner = free.owner,
      lease_until = now() + interval '${leaseSeconds} seconds',
      attempt_started_at = COALESCE(g.attempt_started_at, now())
    FROM free WHERE g.connection_id = free.connection_id
    RETURNING free.position
  )
  SELECT q.position IN (SELECT position FROM taken) AS taken,
    COALESCE(g.token_version = q.version AND g.tokens IS NOT NULL, false) AS current,
    g.attempt_started_at IS NOT NULL AS "isAttemptOpen", COALESCE(g.consecutive_failures, 0) AS failures
  FROM q LEFT JOIN oauth_grant g ON g.connection_id = q.id ORDER BY q.position`;

async function takeTogether(sql: Sql, wanted: readonly WantedLease[]): Promise<Lease[]> {
  return sql<Lease>('take-refresh-leases', statement, [
    wanted.map(({ connectionId }) => connectionId),
    wanted.map(({ tokenVersion }) => tokenVersion),
    wanted.map(({ owner }) => owner),
    wanted.map(({ mayTakeOver }) => mayTakeOver),
  ]);
}
