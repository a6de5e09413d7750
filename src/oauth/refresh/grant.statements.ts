import type { Sql } from '../../platform/db/sql.ts';
import type { GrantPlace } from '../provider/grant-tokens.ts';
import type { TokenFailureKind } from '../provider/token-failure.ts';

/** Who writes about a grant, for the audit log. */
export type GrantActor = { actor: string; ip: string | null; requestId: string };

/** The grant that a process has leased, and how it went the last time. */
export type LeasedGrant = GrantPlace & {
  tokenVersion: number;
  /** Whether an earlier attempt ended without anybody knowing how. */
  isAttemptOpen: boolean;
  failures: number;
};

/** A new generation of tokens, sealed. */
export type StoredTokens = {
  sealed: Uint8Array;
  dataKeyId: string;
  /** Null: as before. */
  scopes: readonly string[] | null;
  /** Seconds; null: the access token does not end. */
  life: number | null;
  /** Seconds since the provider answered. */
  age: number;
  refreshable: boolean;
  /** Seconds until the next refresh ahead of time; null: none. */
  refreshIn: number | null;
};

/*
 * The lease is no condition: whoever holds it by now, this answer is the newest that the provider gave.
 * Who took the lease over meanwhile may even have taken the connection for expired.
 */
const storeStatement = `
  WITH held AS (SELECT 1 FROM data_key WHERE id = $4::uuid AND status = 'active' FOR SHARE),
  stored AS (
    UPDATE oauth_grant SET tokens = $3::bytea, tokens_data_key_id = $4::uuid,
      token_version = token_version + 1, scopes = COALESCE($5::text[], scopes), access_token_life = $6::int,
      access_token_expires_at = now() + make_interval(secs => $7::float8), refreshable = $8,
      next_refresh_at = now() + make_interval(secs => $9::float8), last_refreshed_at = now(),
      consecutive_failures = 0, last_refresh_error = NULL, refused_since = NULL, attempt_started_at = NULL,
      lease_owner = NULL, lease_until = NULL
    WHERE connection_id = $1::uuid AND token_version = $2 AND EXISTS (SELECT 1 FROM held)
    RETURNING connection_id
  ),
  revived AS (
    UPDATE connection SET status = 'active'
    WHERE id IN (SELECT connection_id FROM stored) AND status = 'expired'
  ),
  event AS (
    INSERT INTO audit_event (id, action, actor, organization_id, project_id, connection_id, ip, request_id)
    SELECT $10::uuid, 'connection.refresh', $11, $12::uuid, $13::uuid, connection_id, $14, $15
    FROM stored
  )
  SELECT EXISTS (SELECT 1 FROM held) AS "isKeyActive", EXISTS (SELECT 1 FROM stored) AS "isStored"`;

/** What became of new tokens: `superseded` when their generation is no more. */
export type StoreOutcome = 'stored' | 'superseded' | 'key retired';

/** Stores what a provider answered to a refresh of one generation. */
export async function storeRefreshedTokens(
  sql: Sql,
  grant: GrantPlace & { tokenVersion: number },
  tokens: StoredTokens,
  { eventId, actor, ip, requestId }: GrantActor & { eventId: string },
): Promise<StoreOutcome> {
  const { life, age, refreshIn } = tokens;
  type Row = { isKeyActive: boolean; isStored: boolean };
  const [row] = await sql<Row>('store-refreshed-tokens', storeStatement, [
    grant.connectionId,
    grant.tokenVersion,
    tokens.sealed,
    tokens.dataKeyId,
    tokens.scopes,
    life,
    life === null ? null : life - age,
    tokens.refreshable,
    refreshIn === null ? null : refreshIn - age,
    eventId,
    actor,
    grant.organizationId,
    grant.projectId,
    ip,
    requestId,
  ]);
  if (!row?.isKeyActive) return 'key retired';
  return row.isStored ? 'stored' : 'superseded';
}

/** After how many hours of refusals without a known reason a grant counts as ended. */
export const longestRefusal = 72;

const failStatement = `
  UPDATE oauth_grant SET consecutive_failures = consecutive_failures + 1, last_refresh_error = $4,
    next_refresh_at = now() + make_interval(secs => $5::float8),
    attempt_started_at = CASE WHEN $6 THEN attempt_started_at END,
    refused_since = CASE $7 WHEN 'unclear' THEN COALESCE(refused_since, now())
      WHEN 'refused' THEN NULL ELSE refused_since END,
    lease_owner = NULL, lease_until = NULL
  WHERE connection_id = $1::uuid AND token_version = $2 AND lease_owner = $3
  RETURNING $7 = 'unclear' AND consecutive_failures >= 3
    AND refused_since <= now() - interval '${longestRefusal} hours' AS "isEnded"`;

/**
 * Notes that a refresh brought nothing, and when the next may be tried. True when the provider has refused
 * for so long that the grant counts as ended.
 */
export async function recordRefreshFailure(
  sql: Sql,
  { connectionId, tokenVersion }: { connectionId: string; tokenVersion: number },
  owner: string,
  failure: { kind: TokenFailureKind; message: string; pause: number; isOutcomeUnknown: boolean },
): Promise<boolean> {
  const { kind, message, pause, isOutcomeUnknown } = failure;
  const values = [connectionId, tokenVersion, owner, message, pause, isOutcomeUnknown, kind];
  type Row = { isEnded: boolean };
  const [row] = await sql<Row>('record-refresh-failure', failStatement, values);
  return row?.isEnded === true;
}

/* The connection is locked before its grant, as in every other write. */
const expireStatement = `
  WITH held AS (SELECT id FROM connection WHERE id = $1::uuid FOR NO KEY UPDATE),
  ended AS (
    UPDATE oauth_grant SET consecutive_failures = consecutive_failures + 1, last_refresh_error = $4,
      next_refresh_at = NULL, attempt_started_at = NULL, lease_owner = NULL, lease_until = NULL
    FROM held
    WHERE connection_id = held.id AND token_version = $2 AND lease_owner IS NOT DISTINCT FROM $3
    RETURNING connection_id
  ),
  expired AS (
    UPDATE connection SET status = 'expired'
    WHERE id IN (SELECT connection_id FROM ended) AND status = 'active' RETURNING id
  )
  INSERT INTO audit_event (id, action, actor, organization_id, project_id, connection_id, ip, request_id)
  SELECT $5::uuid, 'connection.expire', $6, $7::uuid, $8::uuid, id, $9, $10 FROM expired
  RETURNING 1`;

/** Ends a connection whose grant the provider ended. `owner` is null for a token that nobody can refresh. False: its lease, or its generation, is no more. */
export async function expireGrant(
  sql: Sql,
  grant: GrantPlace & { tokenVersion: number },
  owner: string | null,
  message: string,
  { eventId, actor, ip, requestId }: GrantActor & { eventId: string },
): Promise<boolean> {
  const rows = await sql('expire-grant', expireStatement, [
    grant.connectionId,
    grant.tokenVersion,
    owner,
    message,
    eventId,
    actor,
    grant.organizationId,
    grant.projectId,
    ip,
    requestId,
  ]);
  return rows.length > 0;
}

const releaseStatement = `
  UPDATE oauth_grant SET lease_owner = NULL, lease_until = NULL,
    attempt_started_at = CASE WHEN $4 THEN attempt_started_at END
  WHERE connection_id = $1::uuid AND token_version = $2 AND lease_owner = $3`;

/** Gives a lease back that came to nothing: the provider was not called. */
export async function releaseRefreshLease(
  sql: Sql,
  { connectionId, tokenVersion }: { connectionId: string; tokenVersion: number },
  owner: string,
  isAttemptOpen: boolean,
): Promise<void> {
  const values = [connectionId, tokenVersion, owner, isAttemptOpen];
  await sql('release-refresh-lease', releaseStatement, values);
}
