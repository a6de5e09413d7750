import { ownValue } from '../../core/catalog/json.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { StoredCredentials } from '../connections/stored-credentials.ts';
import { readSpec, requiredScopes } from '../requirements/spec.ts';
import type { EndUserCredential } from './load-end-user-credential.ts';

/**
 * Fails with ConflictError unless a connection still fulfils the requirement for which the user made it: the
 * requirement may have changed since then.
 */
export function requireFulfilled(
  credential: EndUserCredential,
  { organizationId, type, grant, status }: StoredCredentials,
  deps: Deps,
): void {
  if (type !== ownValue(credential.spec, 'type')) throw notConnected(credential);
  const asked = readSpec(credential.kind, credential.spec);
  if (asked.kind !== 'connection' || grant === null || status !== 'active') return;
  const known = deps.connectionTypes.of(organizationId).find(type);
  const granted = { scopes: grant.scopes, refreshable: grant.isRefreshable };
  const missing = missingScopes(known, requiredScopes(asked, known), granted);
  if (missing.length === 0) return;
  throw new ConflictError(
    `The user’s account for “${credential.title}” lacks required scopes: ${missing.join(' ')}. The user must connect it again.`,
  );
}

/** Returns the error for a requirement that the user has not fulfilled. */
export function notConnected({ title }: EndUserCredential): ConflictError {
  return new ConflictError(
    `The user has not connected “${title}” yet. Send them to the connect page first.`,
  );
}
