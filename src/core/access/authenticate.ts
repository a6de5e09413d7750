import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { UnauthenticatedError } from '../../platform/errors.ts';
import type { Deps } from '../deps/deps.ts';
import {
  bearerCredential,
  digestCredential,
  isAccessKey,
  isPersonalAccessToken,
} from './credential.ts';
import { findIdentity } from './find-identity.ts';
import { isOfProvider } from './identity-provider.ts';
import { markUsed } from './last-used.ts';
import { verifyConnectToken } from './verify-connect-token.ts';
import { type AccessKeyViewer, type AnonymousViewer, anonymous, type Viewer } from './viewer.ts';

/**
 * Finds the caller who sent this `Authorization` header. Without a header the caller is anonymous.
 *
 * @throws UnauthenticatedError if the credential is not live. The reason is not told, so that nobody can
 * probe for credentials.
 */
export async function authenticate(deps: Deps, header: string | undefined): Promise<Viewer> {
  if (header === undefined) return anonymous;
  const credential = bearerCredential(header);
  const viewer = credential && (await findViewer(deps, credential));
  if (!viewer) throw new UnauthenticatedError();
  await deps.connectionTypes.bringUpToDate(viewer.organizationId, viewer.typesVersion);
  if (viewer.kind === 'access_key' || viewer.kind === 'personal_access_token') {
    markUsed(deps, viewer.kind, viewer.id);
  }
  return viewer;
}

function findViewer(
  deps: Deps,
  credential: string,
): Promise<Exclude<Viewer, AnonymousViewer> | undefined> {
  if (isAccessKey(credential)) return deps.findAccessKey(digestCredential(credential));
  if (isPersonalAccessToken(credential)) return deps.findUser(digestCredential(credential));
  const { oidc } = deps.config;
  if (oidc !== undefined && isOfProvider(oidc, credential))
    return findIdentity(deps, oidc, credential);
  return verifyConnectToken(deps, credential);
}

declare module '../deps/deps.ts' {
  interface Deps {
    /** Returns the live access key with this digest. */
    findAccessKey: Batched<Buffer, AccessKeyViewer | undefined>;
  }
}

const findAccessKeyStatement = `
  SELECT k.id, k.name, k.role::text AS role, k.organization_id AS "organizationId",
         k.project_id AS "projectId", k.expires_at AS "expiresAt", o.types_version AS "typesVersion"
  FROM unnest($1::bytea[]) WITH ORDINALITY AS q(digest, position)
  LEFT JOIN (access_key k JOIN organization o ON o.id = k.organization_id) ON k.digest = q.digest AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > now())
  ORDER BY q.position`;

type AccessKeyRow = Omit<AccessKeyViewer, 'kind'> | { id: null };

export async function findAccessKeys(
  sql: Sql,
  digests: readonly Buffer[],
): Promise<(AccessKeyViewer | undefined)[]> {
  const rows = await sql<AccessKeyRow>('authenticate', findAccessKeyStatement, [digests]);
  return rows.map((row) => (row.id === null ? undefined : { kind: 'access_key', ...row }));
}
