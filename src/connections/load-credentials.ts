import type { SealedHalf } from '../connection-config/sealed-config.ts';
import { gather } from '../db/gather.ts';
import type { ConnectionStatus } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';
import { perDeps } from '../deps.ts';
import type { StoredGrant } from '../oauth/fresh-tokens.service.ts';
import { type DataKeyColumns, dataKeyColumns, readDataKey } from '../vault/data-key.columns.ts';

/** Which connection, and as whom: what the statement authorizes by. */
export type Wanted = { id: string; organizationId: string; projectId: string | null };

/** A connection with both halves of its config, and its grant, all still sealed. */
export type StoredCredentials = {
  id: string;
  organizationId: string;
  projectId: string;
  type: string;
  status: ConnectionStatus;
  isSystem: boolean;
  publicHalf: SealedHalf | null;
  /** Null only for a system-managed connection that has none. */
  secretHalf: SealedHalf | null;
  /** Null for what is not OAuth, and before the first consent. */
  grant: StoredGrant | null;
};

/** Loads what a caller may open; undefined for anything else. Concurrent calls share a statement. */
export const loadCredentials = perDeps((deps) =>
  gather((wanted: readonly Wanted[]) => loadTogether(deps.sql, wanted)),
);

/* LATERAL keeps every plan at one index look-up per connection, whatever the planner believes of unnest. */
const statement = `
  SELECT c.*
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS q(id, organization_id, project_id, position)
  LEFT JOIN LATERAL (
    SELECT c.id, p.organization_id AS "organizationId", c.project_id AS "projectId", c.type,
      c.status::text AS status, c.is_system AS "isSystem",
      c.config AS public, s.config AS secret, g.tokens,
      ${dataKeyColumns('pk', 'publicKey')}, ${dataKeyColumns('sk', 'secretKey')},
      ${dataKeyColumns('tk', 'tokensKey')}, g.token_version AS "tokenVersion", g.scopes,
      g.access_token_expires_at AS "expiresAt", g.access_token_life AS life,
      EXTRACT(EPOCH FROM g.access_token_expires_at - now())::float8 AS "secondsLeft",
      g.refreshable AS "isRefreshable", g.last_refresh_error AS "lastRefreshError",
      g.consecutive_failures > 0 AND g.next_refresh_at > now() AS "isPaused"
    FROM connection c
    JOIN project p ON p.id = c.project_id
    LEFT JOIN connection_secret s ON s.connection_id = c.id
    LEFT JOIN oauth_grant g ON g.connection_id = c.id
    LEFT JOIN data_key pk ON pk.id = c.config_data_key_id
    LEFT JOIN data_key sk ON sk.id = s.config_data_key_id
    LEFT JOIN data_key tk ON tk.id = g.tokens_data_key_id
    WHERE c.id = q.id AND p.organization_id = q.organization_id AND c.end_user_id IS NULL
      AND (q.project_id IS NULL OR c.project_id = q.project_id)
    LIMIT 1
  ) c ON true
  ORDER BY q.position`;

type Facts = Pick<
  StoredCredentials,
  'id' | 'organizationId' | 'projectId' | 'type' | 'status' | 'isSystem'
>;
type GrantFacts = Omit<
  StoredGrant,
  'organizationId' | 'projectId' | 'connectionId' | 'sealed' | 'dataKey'
>;
type Row = Facts &
  GrantFacts &
  DataKeyColumns<'publicKey' | 'secretKey' | 'tokensKey'> & {
    [Column in 'public' | 'secret' | 'tokens']: Uint8Array | null;
  };

async function loadTogether(
  sql: Sql,
  wanted: readonly Wanted[],
): Promise<(StoredCredentials | undefined)[]> {
  const rows = await sql<Row | { id: null }>('load-credentials', statement, [
    wanted.map(({ id }) => id),
    wanted.map(({ organizationId }) => organizationId),
    wanted.map(({ projectId }) => projectId),
  ]);
  return rows.map((row) => (row.id === null ? undefined : fromRow(row)));
}

function fromRow(row: Row): StoredCredentials {
  const { id, organizationId, projectId, type, status, isSystem } = row;
  const publicHalf = half(row.public, readDataKey(row, 'publicKey'));
  const secretHalf = half(row.secret, readDataKey(row, 'secretKey'));
  const grant = grantOf(row);
  return { id, organizationId, projectId, type, status, isSystem, publicHalf, secretHalf, grant };
}

function half(sealed: Uint8Array | null, dataKey: SealedHalf['dataKey'] | null): SealedHalf | null {
  return sealed && dataKey && { sealed, dataKey };
}

function grantOf(row: Row): StoredGrant | null {
  const dataKey = readDataKey(row, 'tokensKey');
  if (row.tokens === null || dataKey === null) return null;
  const { organizationId, projectId, tokenVersion, scopes, expiresAt, secondsLeft, life } = row;
  const { isRefreshable, isPaused, lastRefreshError } = row;
  const place = { organizationId, projectId, connectionId: row.id };
  const facts = { tokenVersion, scopes, expiresAt, secondsLeft, life, isRefreshable, isPaused };
  return { ...place, ...facts, lastRefreshError, sealed: row.tokens, dataKey };
}
