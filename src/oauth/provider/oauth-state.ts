import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** Health of a connection's OAuth grant. */
export type OAuthState = {
  scopes: string[];
  wantedScopes: string[];
  accessTokenExpiresAt: Date | null;
  /** False once the connection has expired. */
  refreshable: boolean;
  /** Whether the provider gave a refresh token, even one that no longer works. */
  hasRefreshToken: boolean;
  lastRefreshedAt: Date | null;
  nextRefreshAt: Date | null;
  consecutiveFailures: number;
  lastRefreshError: string | null;
};

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Returns the state of a connection that the caller may see. */
    loadOAuthState: Batched<string, OAuthState>;
  }
}

const loadStatement = `
  SELECT connection_id AS "connectionId", COALESCE(scopes, '{}') AS scopes,
    COALESCE(wanted_scopes, '{}') AS "wantedScopes",
    access_token_expires_at AS "accessTokenExpiresAt", refreshable AS "hasRefreshToken",
    refreshable AND c.status <> 'expired' AS refreshable,
    last_refreshed_at AS "lastRefreshedAt", next_refresh_at AS "nextRefreshAt",
    consecutive_failures AS "consecutiveFailures", last_refresh_error AS "lastRefreshError"
  FROM oauth_grant JOIN connection c ON c.id = connection_id WHERE connection_id = ANY($1::uuid[])`;

/** The state before the first consent. */
const noGrant: OAuthState = {
  scopes: [],
  wantedScopes: [],
  accessTokenExpiresAt: null,
  refreshable: false,
  hasRefreshToken: false,
  lastRefreshedAt: null,
  nextRefreshAt: null,
  consecutiveFailures: 0,
  lastRefreshError: null,
};

export async function loadOAuthStates(
  sql: Sql,
  connectionIds: readonly string[],
): Promise<OAuthState[]> {
  const rows = await sql<OAuthState & { connectionId: string }>(
    'load-oauth-states',
    loadStatement,
    [connectionIds],
  );
  const states = new Map(rows.map((row) => [row.connectionId, row]));
  return connectionIds.map((id) => states.get(id) ?? noGrant);
}
