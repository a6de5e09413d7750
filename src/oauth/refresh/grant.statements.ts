import type { ConnectionSealContext } from '../../core/connection-config/sealed-config.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { AccessToken, Grant, GrantActor, PendingTokens } from './grant.ts';
import { longestRefusal, type RefreshState } from './refresh-state.ts';

/*
 * The lease is no condition: whichever process holds it by now, these are the newest tokens that the provider
 * gave. Another process may have taken over the lease and even marked the connection as expired.
 */
const storeGrantStatement = `
  WITH active_key AS (SELECT 1 FROM data_key WHERE id = $4::uuid AND status = 'active' FOR SHARE),
  stored AS (
    UPDATE oauth_grant SET tokens = $3::bytea, tokens_data_key_id = $4::uuid,
      token_version = token_version + 1, scopes = COALESCE($5::text[], scopes), access_token_life = $6::int,
      access_token_expires_at = now() + make_interval(secs => $7::float8), refreshable = $8,
      next_refresh_at = now() + make_interval(secs => $9::float8), last_refreshed_at = now(),
      consecutive_failures = 0, last_refresh_error = NULL, refused_since = NULL, attempt_started_at = NULL,
      lease_owner = NULL, lease_until = NULL
    WHERE connection_id = $1::uuid AND token_version = $2 AND EXISTS (SELECT 1 FROM active_key)
    RETURNING connection_id, scopes, access_token_expires_at
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
  SELECT EXISTS (SELECT 1 FROM active_key) AS "isKeyActive", s.connection_id IS NOT NULL AS "isStored",
    s.scopes, s.access_token_expires_at AS "expiresAt",
    EXTRACT(EPOCH FROM s.access_token_expires_at - now())::float8 AS "secondsLeft"
  FROM (SELECT 1) AS one LEFT JOIN stored s ON true`;

/**
 * Stores the tokens that a refresh of one generation brought. Returns the access token once it is committed;
 * else `not current` when another generation is stored, and `key retired` when they must be sealed again.
 */
export async function storeRefreshedTokens(
  sql: Sql,
  { grant, tokens, key, facts, answeredAt, by }: PendingTokens,
  sealed: Uint8Array,
): Promise<AccessToken | 'not current' | 'key retired'> {
  type Row = Omit<AccessToken, 'tokens' | 'life'> & { isKeyActive: boolean; isStored: boolean };
  const { life, refreshIn } = facts;
  const age = (performance.now() - answeredAt) / 1_000; // both times count from the provider's answer
  const [row] = await sql<Row>('store-refreshed-tokens', storeGrantStatement, [
    grant.id,
    grant.tokenVersion,
    sealed,
    key.id,
    facts.scopes,
    life,
    life === null ? null : life - age,
    facts.refreshable,
    refreshIn === null ? null : refreshIn - age,
    by.eventId,
    by.actor,
    grant.organizationId,
    grant.projectId,
    by.ip,
    by.requestId,
  ]);
  if (!row?.isKeyActive) return 'key retired';
  if (!row.isStored) return 'not current';
  const { scopes, expiresAt, secondsLeft } = row;
  return { tokens, scopes, expiresAt, secondsLeft, life };
}

const failStatement = `
  UPDATE oauth_grant SET consecutive_failures = consecutive_failures + 1, last_refresh_error = $4,
    next_refresh_at = now() + make_interval(secs => $5::float8),
    attempt_started_at = CASE WHEN $6 THEN attempt_started_at END,
    refused_since = CASE $7 WHEN 'unclear' THEN COALESCE(refused_since, now())
      WHEN 'refused' THEN NULL ELSE refused_since END,
    lease_owner = NULL, lease_until = NULL
  WHERE connection_id = $1::uuid AND token_version = $2 AND lease_owner = $3
  RETURNING $7 = 'unclear' AND consecutive_failures >= 3
    AND refused_since <= now() - interval '${longestRefusal} hours' AS "isRefusedTooLong"`;

/**
 * Records that a refresh brought no tokens, and when the next attempt may begin. Returns `refused too long`
 * when the grant counts as ended, and `lease lost` when the lease or the generation is another one by now:
 * nothing is recorded then.
 */
export async function recordRefreshFailure(
  sql: Sql,
  { id, tokenVersion }: Pick<Grant, 'id' | 'tokenVersion'>,
  failed: RefreshState & { kind: 'failed' },
): Promise<'recorded' | 'refused too long' | 'lease lost'> {
  const { owner, message, pause, isOutcomeUnknown, failure } = failed;
  const values = [id, tokenVersion, owner, message, pause, isOutcomeUnknown, failure];
  type Row = { isRefusedTooLong: boolean };
  const [row] = await sql<Row>('record-refresh-failure', failStatement, values);
  if (row === undefined) return 'lease lost';
  return row.isRefusedTooLong ? 'refused too long' : 'recorded';
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
  ),
  event AS (
    INSERT INTO audit_event (id, action, actor, organization_id, project_id, connection_id, ip, request_id)
    SELECT $5::uuid, 'connection.expire', $6, $7::uuid, $8::uuid, id, $9, $10 FROM expired
  )
  SELECT 1 FROM ended`;

/**
 * Expires a connection whose grant has ended. `owner` holds the lease; null: nobody does. Returns false when
 * the lease or the generation is another one by now: nothing changes then.
 */
export async function expireGrant(
  sql: Sql,
  grant: ConnectionSealContext & Pick<Grant, 'tokenVersion'>,
  { owner, message }: { owner: string | null; message: string },
  { eventId, actor, ip, requestId }: GrantActor & { eventId: string },
): Promise<boolean> {
  const rows = await sql('expire-grant', expireStatement, [
    grant.id,
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

/** Number of grants that are found at a time. */
const mostEndedGrants = 500;

const findEndedStatement = `
  SELECT g.connection_id AS id, g.token_version AS "tokenVersion", c.project_id AS "projectId",
    p.organization_id AS "organizationId"
  FROM oauth_grant g JOIN connection c ON c.id = g.connection_id JOIN project p ON p.id = c.project_id
  WHERE NOT g.refreshable AND g.tokens IS NOT NULL AND g.access_token_expires_at <= now()
    AND g.lease_owner IS NULL AND c.status = 'active'
  ORDER BY g.access_token_expires_at LIMIT ${mostEndedGrants}`;

/** Finds grants whose access token has ended and that have no refresh token. */
export function findEndedGrants(
  sql: Sql,
): Promise<(ConnectionSealContext & Pick<Grant, 'tokenVersion'>)[]> {
  type Row = ConnectionSealContext & Pick<Grant, 'tokenVersion'>;
  return sql<Row>('find-ended-grants', findEndedStatement, []);
}
