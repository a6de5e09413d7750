import type { OidcConfig } from '../../platform/config/config.oidc.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Role } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { foldEmail, isStorable } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import type { Deps } from '../deps/deps.ts';
import { type PersonRow, personColumns, personViewer } from './find-user.ts';
import { type IdentityClaims, verifyIdentity } from './identity-provider.ts';
import { includesRole } from './project-scope.ts';
import type { UserViewer } from './viewer.ts';

/**
 * Finds the person for a token of the identity provider: the one with its subject or, if there is none,
 * the one with its verified email address. That person has this subject from then on. Undefined if nobody
 * matches.
 */
export async function findIdentity(
  deps: Deps,
  oidc: OidcConfig,
  token: string,
): Promise<UserViewer | undefined> {
  const claims = await verifyIdentity(deps, oidc, token);
  if (claims === undefined) return undefined;
  const known = await findBySubject(deps.sql, oidc, claims);
  const person = known ?? (await pinByEmail(deps.sql, oidc, claims));
  if (person === undefined) return undefined;
  const { roleAt, ...row } = await followRole(deps.sql, oidc, claims, person);
  const expiresAt = new Date(Number(claims.exp) * 1_000);
  return personViewer('user', { ...row, id: row.userId, expiresAt });
}

type Identified = Omit<PersonRow, 'id' | 'expiresAt'> & { roleAt: Date | null };

const bySubject = `
  SELECT ${personColumns}, u.oidc_role_at AS "roleAt"
  FROM user_account u WHERE u.oidc_issuer = $1 AND u.oidc_subject = $2`;

async function findBySubject(sql: Sql, { issuer }: OidcConfig, { sub }: IdentityClaims) {
  const [row] = await sql<Identified>('find-identity', bySubject, [issuer, sub]);
  return row;
}

/*
 * A subject belongs to one person for good. The email address decides only once, because the provider may
 * give the address to somebody else later.
 */
const pin = `
  WITH pinned AS (
    UPDATE user_account SET oidc_issuer = $1, oidc_subject = $2
    WHERE email_folded = $3 AND oidc_issuer IS DISTINCT FROM $1
      AND (SELECT count(*) FROM user_account WHERE email_folded = $3) = 1
    RETURNING id, organization_id
  )
  INSERT INTO audit_event (id, action, actor, organization_id, request_id, detail)
  SELECT $4::uuid, 'user.pin_identity', 'user:' || id, organization_id, 'sign-in',
    jsonb_build_object('user', id, 'issuer', $1::text)
  FROM pinned`;

async function pinByEmail(sql: Sql, oidc: OidcConfig, claims: IdentityClaims) {
  const { sub, email, email_verified: isVerified } = claims;
  if (typeof email !== 'string' || !isStorable(email) || isVerified !== true) return undefined;
  try {
    await sql('pin-identity', pin, [oidc.issuer, sub, foldEmail(email), newId()]);
  } catch (error) {
    if (!isUniqueViolation(error, 'oidc_issuer', 'oidc_subject')) throw error; // a concurrent request pinned it
  }
  return findBySubject(sql, oidc, claims);
}

/*
 * A token states the role at the time when it was issued, so an older token never overrides a newer one.
 */
const followRoleStatement = `
  WITH before AS (SELECT id, role FROM user_account WHERE id = $1 FOR UPDATE),
  followed AS (
    UPDATE user_account u SET role = $2::"Role", oidc_role_at = $3
    FROM before b WHERE u.id = b.id AND (u.oidc_role_at IS NULL OR u.oidc_role_at < $3)
    RETURNING u.id, u.organization_id, u.role IS DISTINCT FROM b.role AS is_other
  )
  INSERT INTO audit_event (id, action, actor, organization_id, request_id, detail)
  SELECT $4::uuid, 'user.update', 'user:' || id, organization_id, 'sign-in',
    jsonb_build_object('user', id, 'role', $2::text, 'by_claim', true)
  FROM followed WHERE is_other`;

/**
 * Gives a person the role of the newest token that the provider issued, if the provider decides roles.
 */
async function followRole(
  sql: Sql,
  oidc: OidcConfig,
  claims: IdentityClaims,
  person: Identified,
): Promise<Identified> {
  const issuedAt = new Date(Number(claims.iat) * 1_000);
  if (oidc.roleClaim === undefined) return person;
  if (person.roleAt !== null && person.roleAt >= issuedAt) return person;
  const claim = Object.hasOwn(claims, oidc.roleClaim) ? claims[oidc.roleClaim] : undefined;
  const role = claimedRole(oidc, claim);
  await sql('follow-role', followRoleStatement, [person.userId, role, issuedAt, newId()]);
  return (await findBySubject(sql, oidc, claims)) ?? person;
}

/** Returns the highest role that the texts of a claim map to; null for none. */
function claimedRole({ roles }: OidcConfig, claim: unknown): Role | null {
  const found = [claim].flat().flatMap((value) => roles.get(value as string) ?? []);
  return found.reduce<Role | null>(
    (highest, role) => (highest !== null && includesRole(highest, role) ? highest : role),
    null,
  );
}
