import type { RequestContext } from '../../core/access/request-context.ts';
import { actorOf } from '../../core/audit/audit.service.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { openHalf } from '../../core/connection-config/sealed-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { getAccessToken } from '../../oauth/refresh/get-access-token.ts';
import type { Grant } from '../../oauth/refresh/grant.ts';
import { ConflictError, ForbiddenError } from '../../platform/errors.ts';
import type { StoredCredentials } from './stored-credentials.ts';

/** The complete config of a connection, secrets included. Only calls for credentials return it. */
export type Credentials = {
  /** The id of the connection; null for an account at Pipedream. */
  connectionId: string | null;
  type: string;
  config: JsonObject;
  /** The time when the credentials expire; null if that is unknown. */
  expiresAt: Date | null;
};

/**
 * Opens a connection that was loaded for the caller. The calling operation must record it in the audit log
 * before it returns the result.
 *
 * @throws ForbiddenError for a system-managed connection, ConflictError for a connection that is not
 * active, UpstreamError if its token has expired and the provider issues no new one now.
 */
export async function openCredentials(
  context: RequestContext,
  stored: StoredCredentials,
): Promise<Credentials> {
  requireAvailable(context.deps, stored);
  const opened = stored.grant
    ? await openGrant(context, stored.grant)
    : await openConfig(context, stored);
  return { connectionId: stored.id, type: stored.type, ...opened };
}

async function openConfig({ deps }: RequestContext, stored: StoredCredentials) {
  const [config, secrets] = await Promise.all([
    openHalf(deps.vault, stored, 'public', stored.publicHalf),
    openHalf(deps.vault, stored, 'secret', stored.secretHalf),
  ]);
  return { config: { ...config, ...secrets }, expiresAt: null };
}

/**
 * Opens the grant of an OAuth connection. Only the access token leaves the server. The refresh token and
 * the client secret stay, because a program with them could get tokens without the audit log.
 */
async function openGrant({ deps, viewer, request }: RequestContext, grant: Grant) {
  const by = { actor: actorOf(viewer), ip: request.ip, requestId: request.id };
  const { tokens, scopes, expiresAt } = await getAccessToken(deps, grant, by);
  const config = {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType,
    scopes,
    expires_at: expiresAt && `${expiresAt.toISOString().slice(0, 19)}Z`,
    ...(tokens.extra && Object.keys(tokens.extra).length > 0 && { extra: tokens.extra }),
  };
  return { config, expiresAt };
}

/**
 * @throws ForbiddenError for a system-managed connection, ConflictError for a connection that is not active.
 */
export function requireAvailable(deps: Deps, stored: StoredCredentials): void {
  const { organizationId, isSystem, type, status, grant } = stored;
  if (isSystem) {
    throw new ForbiddenError(
      'The credentials of a system-managed connection cannot be used or fetched.',
    );
  }
  // Without a grant, the config would be returned, and the config of an OAuth type has the client secret.
  const isBare =
    grant === null && deps.connectionTypes.of(organizationId).find(type)?.oauth2 !== undefined;
  if (status === 'incomplete' || (status === 'active' && isBare)) {
    throw new ConflictError(
      'The connection is incomplete: nobody has given consent yet. Authorize it first.',
    );
  }
  if (status === 'expired') {
    const why = grant?.lastRefreshError ?? 'The provider ended it.';
    throw new ConflictError(`The connection has expired: ${why} Authorize it again.`);
  }
}
