import type { JsonObject } from '../../core/catalog/json.ts';
import type { ConnectionSealContext } from '../../core/connection-config/sealed-config.ts';
import type { StoredConfig } from '../../core/connection-config/stored-config.ts';
import {
  type DataKeyColumns,
  type DataKeyRow,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-keys.ts';
import type { SealContext } from '../../core/vault/sealed.ts';
import type { SealingKey, Vault } from '../../core/vault/vault.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';

/**
 * One generation of a connection's OAuth tokens, as the database stores it. A grant has no id of its own:
 * `id` is the connection's. Times are by the database's clock.
 */
export type Grant = ConnectionSealContext & {
  /** Counts the generations: each consent and each refresh stores the next one. */
  tokenVersion: number;
  /** The sealed {@link GrantTokens}. */
  sealed: Uint8Array;
  dataKey: DataKeyRow;
  /** The host that refreshes the tokens, as the consent found it. */
  tokenHost: string;
  scopes: string[];
  expiresAt: Date | null;
  /** Seconds until `expiresAt`; null: the access token does not expire. */
  secondsLeft: number | null;
  /** Lifetime of the access token in seconds; null: it does not expire. */
  life: number | null;
  /** Whether the provider gave a refresh token. */
  isRefreshable: boolean;
  /** Whether a pause after failures is not over yet. */
  isPaused: boolean;
  lastRefreshError: string | null;
  /** The right to refresh this generation, where this process holds it. */
  lease?: Lease;
};

/** The right of one process to refresh one generation. */
export type Lease = {
  /** A random name for the holder. */
  owner: string;
  /** `performance.now()` before the lease was requested: it ends at least {@link leaseSeconds} after that. */
  requestedAt: number;
  /** Whether an earlier attempt has an unknown outcome: the provider may have replaced the token then. */
  isAttemptOpen: boolean;
  /** Failures in a row before this attempt. */
  failures: number;
  /** The provider's settings, where the worker's claim has read them along with the lease. */
  settings?: StoredConfig;
};

/** Seconds for which a lease lasts, by the clock of the database. */
export const leaseSeconds = 30;

/** The actor, address and request that the audit log names for a change of a grant. */
export type GrantActor = { actor: string; ip: string | null; requestId: string };

/** Tokens that a provider has given and the database does not have yet. */
export type PendingTokens = {
  grant: ConnectionSealContext & Pick<Grant, 'tokenVersion'>;
  tokens: GrantTokens;
  /** Loaded before the provider is called, so that the tokens can be sealed while the database is away. */
  key: SealingKey;
  facts: {
    /** Null: the scopes stay as they are. */
    scopes: readonly string[] | null;
    /** Lifetime of the access token in seconds; null: it does not expire. */
    life: number | null;
    refreshable: boolean;
    /** Seconds until the next refresh ahead of time; null: none. */
    refreshIn: number | null;
  };
  /** `performance.now()` when the provider answered. */
  answeredAt: number;
  by: GrantActor & { eventId: string };
};

/** The sealed part of a grant. */
export type GrantTokens = {
  accessToken: string;
  tokenType: string;
  /** Undefined where the provider gives none. */
  refreshToken?: string;
  /** The key by which the accounts of consents are compared; undefined where the provider names none. */
  account?: string;
  /** The id of the account, where the type says where to find it and the provider named it. */
  accountId?: string;
  /** Other members of the token response that clients need; returned with the token. */
  extra?: JsonObject;
};

/** An access token that is committed and can be returned to a caller. */
export type AccessToken = Pick<Grant, 'scopes' | 'expiresAt' | 'secondsLeft' | 'life'> & {
  tokens: GrantTokens;
};

export function sealTokens(
  vault: Vault,
  key: SealingKey,
  place: ConnectionSealContext,
  tokens: GrantTokens,
): Uint8Array<ArrayBuffer> {
  return vault.seal(key, sealContextOfTokens(place), Buffer.from(JSON.stringify(tokens)));
}

/** @throws VaultError with the data key's id when the tokens do not open. */
export async function openTokens(
  vault: Vault,
  { sealed, dataKey, ...place }: ConnectionSealContext & Pick<Grant, 'sealed' | 'dataKey'>,
): Promise<GrantTokens> {
  const plaintext = await vault.open(dataKey, sealContextOfTokens(place), sealed);
  return JSON.parse(plaintext.toString()) as GrantTokens; // what sealTokens wrote
}

function sealContextOfTokens({
  organizationId,
  projectId,
  id,
}: ConnectionSealContext): SealContext {
  return { organizationId, projectId, table: 'oauth_grant', rowId: id, column: 'tokens' };
}

/** The columns that {@link readGrant} reads, of a grant `g` and the data key `tk` of its tokens. */
export const grantColumns = `
  g.tokens, ${dataKeyColumns('tk', 'tokensKey')}, g.token_version AS "tokenVersion",
  g.token_host AS "tokenHost", g.scopes, g.access_token_expires_at AS "expiresAt",
  EXTRACT(EPOCH FROM g.access_token_expires_at - now())::float8 AS "secondsLeft",
  g.access_token_life AS life, g.refreshable AS "isRefreshable",
  g.consecutive_failures > 0 AND g.next_refresh_at > now() AS "isPaused",
  g.last_refresh_error AS "lastRefreshError"`;

/** A row with a connection's id, its project, its organization and {@link grantColumns}. */
export type GrantRow = Omit<Grant, 'sealed' | 'dataKey' | 'lease'> &
  DataKeyColumns<'tokensKey'> & { tokens: Uint8Array | null };

/** Returns the grant of a row; null where the connection has no tokens. */
export function readGrant(row: GrantRow): Grant | null {
  const dataKey = readDataKey(row, 'tokensKey');
  if (row.tokens === null || dataKey === null) return null;
  return {
    organizationId: row.organizationId,
    projectId: row.projectId,
    id: row.id,
    tokenVersion: row.tokenVersion,
    sealed: row.tokens,
    dataKey,
    tokenHost: row.tokenHost,
    scopes: row.scopes,
    expiresAt: row.expiresAt,
    secondsLeft: row.secondsLeft,
    life: row.life,
    isRefreshable: row.isRefreshable,
    isPaused: row.isPaused,
    lastRefreshError: row.lastRefreshError,
  };
}

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    /**
     * Reads the grant of an active connection again, after another process replaced the generation that
     * the caller was authorized to read; undefined when there is none.
     */
    reloadGrant: Batched<string, Grant | undefined>;
  }
}

const reloadStatement = `
  SELECT g.*
  FROM unnest($1::uuid[]) WITH ORDINALITY AS q(id, position)
  LEFT JOIN LATERAL (
    SELECT c.id, p.organization_id AS "organizationId", c.project_id AS "projectId", ${grantColumns}
    FROM connection c JOIN project p ON p.id = c.project_id
    JOIN oauth_grant g ON g.connection_id = c.id JOIN data_key tk ON tk.id = g.tokens_data_key_id
    WHERE c.id = q.id AND c.status = 'active'
    LIMIT 1
  ) g ON true
  ORDER BY q.position`;

export async function reloadGrants(
  sql: Sql,
  ids: readonly string[],
): Promise<(Grant | undefined)[]> {
  const rows = await sql<GrantRow | { id: null }>('reload-grants', reloadStatement, [ids]);
  return rows.map((row) => (row.id === null ? undefined : (readGrant(row) ?? undefined)));
}
