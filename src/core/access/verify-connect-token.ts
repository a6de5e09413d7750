import { compactVerify, errors } from 'jose';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Deps } from '../deps/deps.ts';
import { type ConnectTokenClaims, readClaims, readKid } from './connect-token.ts';
import { findVerificationKey, type VerificationKey } from './verification-keys.ts';
import type { ConnectTokenViewer } from './viewer.ts';

/**
 * Finds the end user of a connect token; undefined if the token is not ours or no longer counts.
 */
export async function verifyConnectToken(
  deps: Deps,
  token: string,
): Promise<ConnectTokenViewer | undefined> {
  const presented = await readConnectToken(deps, token);
  return presented && findTokenUser(deps, presented);
}

/** Returns the end user of a verified token; undefined once the token has ended. */
export async function findTokenUser(
  deps: Deps,
  presented: PresentedToken,
): Promise<ConnectTokenViewer | undefined> {
  const viewer = await deps.findEndUser(presented);
  if (viewer === undefined) return undefined;
  await deps.connectionTypes.bringUpToDate(viewer.organizationId, viewer.typesVersion);
  return viewer;
}

/**
 * Returns the claims of a token that this server signed, even if it no longer counts; undefined for every
 * other text.
 */
export async function readConnectToken(
  deps: Deps,
  token: string,
): Promise<{ kid: string; claims: ConnectTokenClaims } | undefined> {
  const kid = readKid(token);
  const key = kid === undefined ? undefined : await findVerificationKey(deps, kid);
  if (kid === undefined || key === undefined) return undefined;
  const claims = await readSigned(token, key);
  return claims && { kid, claims };
}

/**
 * Returns the claims of a token that this key signed (RFC 7515, section 5.2). It does not check the
 * expiry: the database does, by its own clock.
 */
async function readSigned(token: string, { issuer, key }: VerificationKey) {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] });
    return readClaims(payload, issuer);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** A verified token, and the key that signed it. */
type PresentedToken = {
  kid: string;
  claims: Pick<ConnectTokenClaims, 'app_id' | 'user_id' | 'epoch' | 'jti' | 'via' | 'exp'>;
};

declare module '../deps/deps.ts' {
  interface Deps {
    /** Returns the end user of a verified token, or undefined once the token is ended. */
    findEndUser: Batched<PresentedToken, ConnectTokenViewer | undefined>;
  }
}

/*
 * Checks everything that can end a token: expiry, key, app, visibility, user, epoch and revocation.
 */
const findTokenUserStatement = `
  SELECT t.*
  FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::int[], $6::uuid[], $7::boolean[])
    WITH ORDINALITY AS q(kid, expires_at, app_id, user_id, epoch, jti, is_anonymous, position)
  LEFT JOIN LATERAL (
    SELECT u.id AS "endUserId", a.project_id AS "projectId", p.organization_id AS "organizationId",
      o.types_version AS "typesVersion"
    FROM app a
    JOIN project p ON p.id = a.project_id
    JOIN organization o ON o.id = p.organization_id
    JOIN end_user u ON u.app_id = a.id AND u.user_id = q.user_id AND u.epoch = q.epoch
    JOIN signing_key k ON k.id = q.kid AND (k.verifies_until IS NULL OR k.verifies_until > now())
    WHERE a.id = q.app_id AND q.expires_at > now()
      AND (a.visibility = 'public' OR NOT q.is_anonymous)
      AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.app_id = a.id AND r.jti = q.jti)
    LIMIT 1
  ) t ON true
  ORDER BY q.position`;

type TokenUserRow =
  | { endUserId: null }
  | Pick<ConnectTokenViewer, 'endUserId' | 'projectId' | 'organizationId' | 'typesVersion'>;

export async function findEndUsers(
  sql: Sql,
  presented: readonly PresentedToken[],
): Promise<(ConnectTokenViewer | undefined)[]> {
  const claims = presented.map((one) => one.claims);
  const rows = await sql<TokenUserRow>('find-end-users', findTokenUserStatement, [
    presented.map(({ kid }) => kid),
    claims.map(({ exp }) => new Date(exp * 1_000).toISOString()),
    claims.map(({ app_id }) => app_id),
    claims.map(({ user_id }) => user_id),
    claims.map(({ epoch }) => epoch),
    claims.map(({ jti }) => jti),
    claims.map(({ via }) => via === 'anonymous'),
  ]);
  return rows.map((row, position) => {
    const token = presented[position];
    return row.endUserId === null || token === undefined ? undefined : toViewer(token, row);
  });
}

function toViewer(
  { kid, claims: { jti, app_id, user_id, via, epoch, exp } }: PresentedToken,
  row: Exclude<TokenUserRow, { endUserId: null }>,
): ConnectTokenViewer {
  const expiresAt = new Date(exp * 1_000);
  const token = { id: jti, kid, appId: app_id, userId: user_id, via, epoch, expiresAt };
  return { kind: 'connect_token', ...token, ...row };
}
