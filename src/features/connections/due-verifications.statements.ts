import type { Sql } from '../../platform/db/sql.ts';
import {
  type CredentialsRow,
  credentialsColumns,
  credentialsJoins,
  readCredentials,
  type StoredCredentials,
} from './stored-credentials.ts';
import type { VerificationState } from './verify-stored.ts';

/** A connection that this process has claimed. */
export type DueVerification = { stored: StoredCredentials; state: VerificationState };

type Claim = {
  /** Maximum number of connections. */
  slots: number;
  slotsPerType: number;
  /** The types of the checks that this process runs now, one for each check. */
  running: readonly string[];
  /** The period in seconds. */
  every: number;
  /** When the worker started. */
  startedAt: Date;
};

/*
 * The id of a connection decides its time within the period, so no column holds the schedule, and the checks
 * of many connections are spread from the first day. A connection is due if its last check was before that
 * time. One that was never checked is due at its first time after the start of the worker: otherwise all of
 * them would be due at once when an operator sets VERIFY_EVERY.
 *
 * Each type gets a few slots only, so that a slow service does not stop the checks of the others. SKIP LOCKED
 * gives concurrent processes different connections.
 *
 * The statement reads the whole table. It runs once in a twentieth of the period, at most every minute or,
 * for short periods, a few times a second.
 */
const claimSql = `
  WITH timed AS (
    SELECT c.id, c.type, COALESCE(c.verified_at, GREATEST(c.created_at, $5::timestamptz)) AS since,
      now() - make_interval(secs => mod(
        EXTRACT(EPOCH FROM now()) + mod(hashtextextended(c.id::text, 0), 100000000007)::numeric / 1000,
        $4::numeric)::float8) AS slot
    FROM connection c
    WHERE c.status = 'active' AND NOT c.is_system
      AND (c.verifying_until IS NULL OR c.verifying_until <= now())
  ), ranked AS (
    SELECT id, since, row_number() OVER (PARTITION BY type ORDER BY since)
      + (SELECT count(*) FROM unnest($3::text[]) AS r(type) WHERE r.type = timed.type) AS rank
    FROM timed WHERE since < slot
  ), due AS (
    SELECT c.id FROM ranked JOIN connection c ON c.id = ranked.id
    WHERE ranked.rank <= $2 AND (c.verifying_until IS NULL OR c.verifying_until <= now())
    ORDER BY ranked.since LIMIT $1 FOR UPDATE OF c SKIP LOCKED
  ), claimed AS (
    UPDATE connection c SET verifying_until = now() + interval '2 minutes'
    FROM due WHERE c.id = due.id RETURNING c.id
  )
  SELECT ${credentialsColumns}, c.version, c.account_id AS "knownId", c.account_label AS "knownLabel"
  FROM claimed JOIN connection c ON c.id = claimed.id JOIN project p ON p.id = c.project_id
  ${credentialsJoins}`;

type ClaimedRow = CredentialsRow & {
  version: number;
  knownId: string | null;
  knownLabel: string | null;
};

/** Claims connections whose check is due. A claim ends with the verdict, or after two minutes. */
export async function claimDueVerifications(
  sql: Sql,
  { slots, slotsPerType, running, every, startedAt }: Claim,
): Promise<DueVerification[]> {
  const values = [slots, slotsPerType, running, every, startedAt];
  const rows = await sql<ClaimedRow>('claim-verifications', claimSql, values);
  return rows.map((row) => {
    const account = { id: row.knownId, label: row.knownLabel };
    const isKnown = account.id !== null || account.label !== null;
    const state = { id: row.id, version: row.version, account: isKnown ? account : null };
    return { stored: readCredentials(row), state };
  });
}
