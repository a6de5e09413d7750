import { randomUUID } from 'node:crypto';
import {
  readStoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import {
  type Grant,
  type GrantRow,
  grantColumns,
  type Lease,
  leaseSeconds,
  readGrant,
} from './grant.ts';

/*
 * A lease is the right of one process to refresh one generation of a grant. Its times are by the database's
 * clock. A process takes it for a grant that somebody reads, or claims some of the grants that are due.
 */

type LeaseRequest = Pick<Grant, 'id' | 'tokenVersion'> &
  Pick<Lease, 'owner'> & {
    /** Whether a lease that has run out may be taken from a process that never ended it. */
    mayTakeOver: boolean;
  };

type LeaseAnswer = Pick<Lease, 'isAttemptOpen' | 'failures'> & {
  isTaken: boolean;
  /** False if the tokens were replaced: read them again, and do not call the provider. */
  isCurrent: boolean;
};

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    /** Requests a lease. */
    takeRefreshLease: Batched<LeaseRequest, LeaseAnswer>;
  }
}

/* Rows are locked in one order, so that two processes do not wait for each other in a circle. */
const takeLeasesStatement = `
  WITH q AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::boolean[])
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
  SELECT q.position IN (SELECT position FROM taken) AS "isTaken",
    COALESCE(g.token_version = q.version AND g.tokens IS NOT NULL, false) AS "isCurrent",
    g.attempt_started_at IS NOT NULL AS "isAttemptOpen", COALESCE(g.consecutive_failures, 0) AS failures
  FROM q LEFT JOIN oauth_grant g ON g.connection_id = q.id ORDER BY q.position`;

export async function takeRefreshLeases(
  sql: Sql,
  requests: readonly LeaseRequest[],
): Promise<LeaseAnswer[]> {
  return sql<LeaseAnswer>('take-refresh-leases', takeLeasesStatement, [
    requests.map(({ id }) => id),
    requests.map(({ tokenVersion }) => tokenVersion),
    requests.map(({ owner }) => owner),
    requests.map(({ mayTakeOver }) => mayTakeOver),
  ]);
}

const releaseStatement = `
  UPDATE oauth_grant SET lease_owner = NULL, lease_until = NULL,
    attempt_started_at = CASE WHEN $4 THEN attempt_started_at END
  WHERE connection_id = $1::uuid AND token_version = $2 AND lease_owner = $3`;

/** Releases a lease under which the provider was not called. */
export async function releaseRefreshLease(
  sql: Sql,
  { id, tokenVersion }: Pick<Grant, 'id' | 'tokenVersion'>,
  { owner, isAttemptOpen }: Lease,
): Promise<void> {
  await sql('release-refresh-lease', releaseStatement, [id, tokenVersion, owner, isAttemptOpen]);
}

/** Number of due grants that a claim looks at, which is also the most that it can return. */
export const mostSlots = 64;

/** Seconds for which other claims leave a claimed grant alone. */
const claimSeconds = 60;

const isDue = `g.next_refresh_at <= now() AND g.tokens IS NOT NULL AND g.refreshable
      AND (g.lease_until IS NULL OR (g.lease_until <= now() AND $9::boolean))`;

/*
 * A grant that nobody has used for 30 days is refreshed a week late: rarely, but before a provider forgets
 * it. One host, and one project, gets no more than its share; grants of those that have it are left out, so
 * that a claim finds all other grants. The statement also takes the lease and reads what a refresh needs:
 * reading it for each grant would cost as much as everything else. Claimed rows are postponed, in case this
 * process dies. Only chosen rows are locked, and checked again then. The literal LIMIT and the ARRAYs keep
 * every plan at a walk along the due times and a look-up for each row: tables fill up faster than they are
 * analyzed.
 */
const claimGrantsStatement = `
  WITH due AS (
    SELECT g.connection_id, g.token_host, c.project_id, g.next_refresh_at
    FROM oauth_grant g JOIN connection c ON c.id = g.connection_id
    WHERE ${isDue} AND (COALESCE(c.last_used_at, c.created_at) > now() - interval '30 days'
        OR g.next_refresh_at <= now() - interval '7 days')
      AND c.status = 'active' AND NOT (g.token_host = ANY($4::text[])) AND NOT (c.project_id = ANY($7::uuid[]))
    ORDER BY g.next_refresh_at LIMIT ${mostSlots}
  ),
  ranked AS (
    SELECT connection_id,
      row_number() OVER (PARTITION BY token_host ORDER BY next_refresh_at)
        + (SELECT count(*) FROM unnest($5::text[]) AS h WHERE h = token_host) AS of_host,
      row_number() OVER (PARTITION BY project_id ORDER BY next_refresh_at)
        + (SELECT count(*) FROM unnest($6::uuid[]) AS p WHERE p = project_id) AS of_project
    FROM due
  ),
  chosen AS (
    SELECT connection_id FROM ranked WHERE of_host <= $3 AND of_project <= $3 LIMIT $2
  ),
  locked AS (
    SELECT g.connection_id, g.attempt_started_at FROM oauth_grant g
    WHERE g.connection_id = ANY(ARRAY(SELECT connection_id FROM chosen)) AND ${isDue}
    FOR UPDATE OF g SKIP LOCKED
  ),
  claimed AS (
    UPDATE oauth_grant g SET next_refresh_at = now() + make_interval(secs => $1),
      lease_owner = $8, lease_until = now() + interval '${leaseSeconds} seconds',
      attempt_started_at = COALESCE(g.attempt_started_at, now())
    WHERE g.connection_id = ANY(ARRAY(SELECT connection_id FROM locked))
    RETURNING g.*
  )
  SELECT c.id, c.project_id AS "projectId", p.organization_id AS "organizationId", ${grantColumns},
    g.consecutive_failures AS failures, l.attempt_started_at IS NOT NULL AS "isAttemptOpen",
    ${storedConfigColumns}
  FROM claimed g JOIN locked l ON l.connection_id = g.connection_id
  JOIN connection c ON c.id = g.connection_id JOIN project p ON p.id = c.project_id
  JOIN data_key tk ON tk.id = g.tokens_data_key_id ${storedConfigJoins}`;

type Running = readonly Pick<Grant, 'tokenHost' | 'projectId'>[];

/** The number of refreshes that a process can start now. */
type Capacity = {
  slots: number;
  /** Maximum number of refreshes of one host, or of one project, that run at the same time. */
  share: number;
  /** The grants whose refresh is running. */
  running: Running;
  /** Hosts to leave alone. */
  avoided: readonly string[];
  /** Whether leases that have run out may be taken from processes that never ended them. */
  mayTakeOver: boolean;
};

/** Claims grants that are due, with their leases, at most as many as there is capacity for. */
export async function claimDueGrants(
  sql: Sql,
  { slots, share, running, avoided, mayTakeOver }: Capacity,
): Promise<Grant[]> {
  type Row = GrantRow & StoredConfigColumns & Pick<Lease, 'isAttemptOpen' | 'failures'>;
  const hosts = running.map(({ tokenHost }) => tokenHost);
  const projects = running.map(({ projectId }) => projectId);
  const full = findFull(running, share);
  const shut = [...avoided, ...full.hosts];
  const owner = randomUUID();
  const requestedAt = performance.now();
  const values = [claimSeconds, slots, share, shut, hosts, projects, full.projects];
  const rows = await sql<Row>('claim-due-grants', claimGrantsStatement, [
    ...values,
    owner,
    mayTakeOver,
  ]);
  return rows.flatMap((row) => {
    const grant = readGrant(row);
    if (grant === null) return [];
    const settings = readStoredConfig(row);
    const { isAttemptOpen, failures } = row;
    return [{ ...grant, lease: { owner, requestedAt, isAttemptOpen, failures, settings } }];
  });
}

/** Returns whether a host or a project has its share. */
export function isAnyFull(running: Running, share: number): boolean {
  const { hosts, projects } = findFull(running, share);
  return hosts.length + projects.length > 0;
}

function findFull(running: Running, share: number) {
  const hosts = running.map(({ tokenHost }) => tokenHost);
  const projects = running.map(({ projectId }) => projectId);
  return { hosts: namesWith(share, hosts), projects: namesWith(share, projects) };
}

/** Returns the names that occur at least so many times. */
function namesWith(times: number, names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= times).map(([name]) => name);
}
