import type { RequestContext } from '../../core/access/request-context.ts';
import { findConnectionType } from '../../core/catalog/catalog.ts';
import { ownValue } from '../../core/catalog/json.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import { ConflictError } from '../../platform/errors.ts';
import { type Credentials, openCredentials } from '../connections/open-credentials.ts';
import type { StoredCredentials } from '../connections/stored-credentials.ts';
import { readSpec } from '../requirements/spec.ts';
import type { Brought, PipedreamAccount } from './load-brought.ts';

/**
 * Opens what a user connected for a requirement. The caller records that in the audit log before it
 * returns the result.
 *
 * @throws ConflictError if there is nothing, or it no longer fulfils the requirement; UpstreamError if its
 * token has expired and the provider issues no new one now.
 */
export async function openBrought(context: RequestContext, brought: Brought): Promise<Credentials> {
  if (brought.kind === 'pipedream_account') return openAccount(brought, brought.account);
  const { connection } = brought;
  if (connection === null) throw notBrought(brought);
  requireFulfilled(brought, connection);
  return openCredentials(context, connection);
}

function openAccount(brought: Brought, account: PipedreamAccount | null): Credentials {
  if (account === null || account.appSlug !== ownValue(brought.spec, 'app_slug')) {
    throw notBrought(brought);
  }
  const { id, appSlug, externalUserId } = account;
  const config = { account_id: id, app_slug: appSlug, external_user_id: externalUserId };
  return { connectionId: null, type: 'pipedream_account', config, expiresAt: null };
}

/* The requirement may have changed since the user fulfilled it. */
function requireFulfilled(brought: Brought, { type, grant, status }: StoredCredentials): void {
  if (type !== ownValue(brought.spec, 'type')) throw notBrought(brought);
  const asked = readSpec(brought.kind, brought.spec);
  if (asked.kind !== 'connection' || grant === null || status !== 'active') return;
  const granted = { scopes: grant.scopes, refreshable: grant.isRefreshable };
  const missing = missingScopes(findConnectionType(type), asked.scopes, granted);
  if (missing.length === 0) return;
  throw new ConflictError(
    `The user’s account for “${brought.title}” lacks required scopes: ${missing.join(' ')}. The user must connect it again.`,
  );
}

function notBrought({ title }: Brought): ConflictError {
  return new ConflictError(
    `The user has not connected “${title}” yet. Send them to the connect page first.`,
  );
}
