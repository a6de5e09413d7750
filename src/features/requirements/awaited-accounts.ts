import { createHash } from 'node:crypto';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { OfUser } from './links.ts';

/**
 * Seconds between two questions to Pipedream about the same account. A page asks for the status every few
 * seconds, and the quota of the operator at Pipedream is limited.
 */
export const accountCheckPause = 3;

/** An account that a user is connecting at Pipedream, for one requirement. */
export type AwaitedAccount = OfUser & {
  id: string;
  organizationId: string;
  projectId: string;
  appId: string;
  userId: string;
  externalUserId: string;
  appSlug: string;
  /** The connect token that began it. */
  jti: string;
  epoch: number;
  isAnonymous: boolean;
  tokenExpiresAt: Date;
  tokenKid: string | null;
};

/**
 * Returns the digest of the secret part of a webhook's address. The server can find the link by it, and
 * nobody can call the webhook with it.
 */
export function digestWebhook(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}

/* Only one caller claims the row, once per `accountCheckPause`. */
const claim = `
  UPDATE pipedream_link w SET checked_at = now()
  FROM requirement r, app a, project p, end_user u
  WHERE r.id = w.requirement_id AND a.id = r.app_id AND p.id = a.project_id AND u.id = w.end_user_id
    AND w.app_slug = r.spec ->> 'app_slug' AND w.expires_at > now()
    AND (w.checked_at IS NULL OR w.checked_at <= now() - interval '${accountCheckPause} seconds')`;

const awaitedColumns = `
  w.id, w.end_user_id AS "endUserId", w.requirement_id AS "requirementId",
  p.organization_id AS "organizationId", p.id AS "projectId", a.id AS "appId", u.user_id AS "userId",
  w.external_user_id AS "externalUserId", w.app_slug AS "appSlug", w.jti, w.epoch,
  w.is_anonymous AS "isAnonymous", w.token_expires_at AS "tokenExpiresAt",
  w.token_kid AS "tokenKid"`;

const ofUserStatement = `
  ${claim} AND (w.end_user_id, w.requirement_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
  RETURNING ${awaitedColumns}`;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Claims the accounts that a user is connecting, unless Pipedream was asked just before. */
    claimAwaited: Batched<OfUser, AwaitedAccount[]>;
  }
}

export async function claimAwaitedOfUsers(
  sql: Sql,
  pairs: readonly OfUser[],
): Promise<AwaitedAccount[][]> {
  const claimed = await sql<AwaitedAccount>('claim-awaited-of-users', ofUserStatement, [
    pairs.map(({ endUserId }) => endUserId),
    pairs.map(({ requirementId }) => requirementId),
  ]);
  const left = new Set(claimed);
  return pairs.map(({ endUserId, requirementId }) => {
    const own = [...left].filter(
      (one) => one.endUserId === endUserId && one.requirementId === requirementId,
    );
    // Two callers can ask for the same pair in one batch. Only the first of them may ask Pipedream.
    for (const one of own) left.delete(one);
    return own;
  });
}

const ofWebhookStatement = `${claim} AND w.webhook_digest = $1::bytea RETURNING ${awaitedColumns}`;

/** Claims by the secret part of a webhook's address; undefined if nothing matches. */
export async function claimByWebhook(
  sql: Sql,
  secret: string,
): Promise<AwaitedAccount | undefined> {
  const values = [digestWebhook(secret)];
  const [row] = await sql<AwaitedAccount>('claim-awaited-of-webhook', ofWebhookStatement, values);
  return row;
}

const knownStatement = `
  SELECT 1 FROM pipedream_link WHERE webhook_digest = $1::bytea AND expires_at > now()`;

/** Whether a link waits for the webhook with this address. */
export async function isAwaitedWebhook(sql: Sql, secret: string): Promise<boolean> {
  const known = await sql('find-awaited-of-webhook', knownStatement, [digestWebhook(secret)]);
  return known.length > 0;
}
