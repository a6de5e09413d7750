import { randomUUID } from 'node:crypto';
import {
  type DataKeyColumns,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-key.columns.ts';
import type { DataKeyRow } from '../../core/vault/data-keys.ts';
import type { Sql } from '../../platform/db/sql.ts';
import {
  readSettings,
  type SettingsRow,
  type StoredSettings,
  settingsColumns,
  settingsJoins,
} from '../provider/load-provider.ts';
import type { Held } from './refresh-failure.ts';
import { leaseSeconds } from './take-lease.ts';

/** A grant whose refresh is due, with the lease for it, its tokens still sealed, and its settings. */
export type DueGrant = Held & {
  tokenHost: string;
  sealed: Uint8Array;
  dataKey: DataKeyRow;
  settings: StoredSettings;
};

/** How many a claim looks at, and so the most that it can be asked for. */
export const mostSlots = 64;

const isDue = `g.next_refresh_at <= now() AND g.tokens IS NOT NULL AND g.refreshable
      AND (g.lease_until IS NULL OR (g.lease_until <= now() AND $9::boolean))`;

/*
 * What nobody has used for 30 days is refreshed a week late: rarely, but before a provider forgets it.
 * Fair: of one host, and of one project, no more than a share; those that have it are left out, so that
 * a claim finds something wherever anything is to be had. The lease is taken in the same statement, and
 * what a refresh needs comes along: one for each would cost as much as all else. Claimed rows are put
 * off for a while, should it come to nothing. Only what is chosen is locked, and looked at again then.
 * The literal LIMIT and the ARRAYs keep every plan at a walk along the due times and a look-up for each
 * row: tables fill up faster than they are analyzed.
 */
const claimStatement = `
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
    RETURNING g.connection_id, g.token_version, g.token_host, g.tokens, g.tokens_data_key_id,
      g.consecutive_failures
  )
  SELECT g.connection_id AS "connectionId", g.token_version AS "tokenVersion",
    g.token_host AS "tokenHost", g.tokens AS sealed, g.consecutive_failures AS failures,
    l.attempt_started_at IS NOT NULL AS "isAttemptOpen", c.project_id AS "projectId",
    p.organization_id AS "organizationId", ${dataKeyColumns('k', 'key')}, ${settingsColumns}
  FROM claimed g JOIN locked l ON l.connection_id = g.connection_id
  JOIN connection c ON c.id = g.connection_id JOIN project p ON p.id = c.project_id
  JOIN data_key k ON k.id = g.tokens_data_key_id ${settingsJoins}`;

/** How long a claimed grant is left alone by other claims, in seconds. */
const claimSeconds = 60;

type Running = readonly Pick<DueGrant, 'tokenHost' | 'projectId'>[];

/** What a process can take on. */
export type Capacity = {
  slots: number;
  /** How many may run at once of one host, or of one project. */
  share: number;
  /** Those that run. */
  running: Running;
  /** Hosts to leave alone. */
  avoided: readonly string[];
  /** Whether leases that ran out may be taken from processes that never ended them. */
  mayTakeOver: boolean;
};

/** Claims grants whose refresh is due, at most as many as there is capacity for. */
export async function claimDueGrants(
  sql: Sql,
  { slots, share, running, avoided, mayTakeOver }: Capacity,
): Promise<DueGrant[]> {
  type Row = Omit<DueGrant, 'dataKey' | 'settings'> & DataKeyColumns<'key'> & SettingsRow;
  const hosts = running.map(({ tokenHost }) => tokenHost);
  const projects = running.map(({ projectId }) => projectId);
  const full = findFull(running, share);
  const shut = [...avoided, ...full.hosts];
  const owner = randomUUID();
  const askedAt = performance.now();
  const values = [claimSeconds, slots, share, shut, hosts, projects, full.projects];
  const rows = await sql<Row>('claim-due-grants', claimStatement, [...values, owner, mayTakeOver]);
  return rows.flatMap((row) => {
    const [dataKey, settings] = [readDataKey(row, 'key'), readSettings(row)];
    return dataKey && settings ? [{ ...row, owner, askedAt, dataKey, settings }] : [];
  });
}

/** Whether a host or a project has its share. */
export function isAnyFull(running: Running, share: number): boolean {
  const { hosts, projects } = findFull(running, share);
  return hosts.length + projects.length > 0;
}

function findFull(running: Running, share: number) {
  const hosts = running.map(({ tokenHost }) => tokenHost);
  const projects = running.map(({ projectId }) => projectId);
  return { hosts: atLeast(share, hosts), projects: atLeast(share, projects) };
}

/** Which of them are there so often. */
function atLeast(times: number, names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= times).map(([name]) => name);
}
