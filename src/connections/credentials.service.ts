import { markUsed } from '../access/last-used.ts';
import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { recordEvent } from '../audit/audit.service.ts';
import { findConnectionType } from '../catalog/connection-types.ts';
import type { JsonObject } from '../catalog/json.ts';
import { openHalf } from '../connection-config/sealed-config.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { freshToken, type StoredGrant } from '../oauth/fresh-tokens.service.ts';
import { loadCredentials, type StoredCredentials, type Wanted } from './load-credentials.ts';

/** What only this call gives: a whole config, secrets included. */
export type Credentials = {
  connectionId: string;
  type: string;
  config: JsonObject;
  /** When the config stops working; null when nothing says so. */
  expiresAt: Date | null;
};

/**
 * Opens a connection. The answer leaves only when its audit event is committed.
 *
 * @throws NotFoundError, ForbiddenError for a system-managed connection, ConflictError for one that
 * is not active.
 */
export async function fetchCredentials(context: RequestContext, id: string): Promise<Credentials> {
  const { organizationId, projectId } = requireMember(context.viewer);
  if (!isUuid(id)) throw new NotFoundError('connection');
  const wanted = { id, organizationId, projectId };
  const stored = await loadCredentials(context.deps)(wanted);
  if (stored === undefined) throw new NotFoundError('connection');
  requireAvailable(stored);
  const opened = stored.grant
    ? await openGrant(context, stored.grant, wanted)
    : await openConfig(context, stored);
  await recordEvent(context, {
    action: 'credentials.fetch',
    projectId: stored.projectId,
    connectionId: stored.id,
  });
  markUsed(context.deps, 'connection', stored.id);
  return { connectionId: stored.id, type: stored.type, ...opened };
}

async function openConfig({ deps }: RequestContext, stored: StoredCredentials) {
  const [config, secrets] = await Promise.all([
    openHalf(deps.vault, stored, 'public', stored.publicHalf),
    openHalf(deps.vault, stored, 'secret', stored.secretHalf),
  ]);
  return { config: { ...config, ...secrets }, expiresAt: null };
}

/** Of an OAuth connection only the access token leaves: neither the refresh token nor the client's secret. */
async function openGrant(
  { deps, viewer, request }: RequestContext,
  grant: StoredGrant,
  wanted: Wanted,
) {
  const { kind, id } = requireMember(viewer);
  const by = { actor: `${kind}:${id}`, ip: request.ip, requestId: request.id };
  const reload = async () => {
    const again = await loadCredentials(deps)(wanted);
    return again?.status === 'active' ? (again.grant ?? undefined) : undefined;
  };
  const { tokens, scopes, expiresAt } = await freshToken(deps, grant, by, reload);
  const config = {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType,
    scopes,
    expires_at: expiresAt && `${expiresAt.toISOString().slice(0, 19)}Z`,
  };
  return { config, expiresAt };
}

function requireAvailable({ isSystem, type, status, grant }: StoredCredentials): void {
  if (isSystem) {
    throw new ForbiddenError(
      'The credentials of a system-managed connection are never handed out.',
    );
  }
  // Of OAuth the config itself, with the client's secret, is never handed out.
  const isBare = grant === null && findConnectionType(type)?.oauth2 !== undefined;
  if (status === 'incomplete' || (status === 'active' && isBare)) {
    throw new ConflictError('The connection is incomplete: nobody has given consent yet.');
  }
  if (status === 'expired') {
    const why = grant?.lastRefreshError ?? 'The provider ended it.';
    throw new ConflictError(`The connection has expired: ${why} Authorize it again.`);
  }
}
