import { z } from 'zod';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import { operation } from '../../core/operations/operation.ts';
import { openTokens } from '../../oauth/refresh/grant.ts';
import { refreshGrant } from '../../oauth/refresh/refresh-grant.ts';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/**
 * Refreshes the access token of a connection now. It fails with ForbiddenError for a system-managed
 * connection, with ConflictError if there is no refresh token or the grant has ended, and with
 * UpstreamError if the provider issues no token.
 */
export const refreshConnection = operation({
  name: 'refreshConnection',
  description: 'Refreshes the access token of an OAuth connection now, even if it is not due.',
  role: 'editor',
  audit: 'connection.refresh',
  connection: 'id',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError, ConflictError, UpstreamError],
  run: async (context, { id }) => {
    const { deps, request } = context;
    const viewer = requireMember(context.viewer);
    const wanted = { id, projectScope: projectScopeOf(viewer) };
    const stored = isUuid(id) ? await deps.loadCredentials(wanted) : undefined;
    if (stored === undefined) throw new NotFoundError('connection');
    if (stored.isSystem)
      throw new ForbiddenError('A system-managed connection cannot be refreshed.');
    const { grant } = stored;
    if (stored.status !== 'active' || grant === null || !grant.isRefreshable) {
      throw new ConflictError(
        'The connection cannot be refreshed: it has no refresh token. Authorize it again to get one.',
      );
    }
    if (deps.config.refresh === 'off') {
      throw new ConflictError('This server does not refresh tokens (REFRESH=off).');
    }
    // Opens the tokens before a lease is taken, so that damaged tokens fail without any effect.
    const tokens = await openTokens(deps.vault, grant);
    const by = { actor: `${viewer.kind}:${viewer.id}`, ip: request.ip, requestId: request.id };
    const outcome = await refreshGrant(deps, { grant, openTokens: async () => tokens, by });
    switch (outcome.kind) {
      case 'expired':
        throw new ConflictError(`The connection has expired: ${outcome.message}`);
      case 'paused':
        throw new UpstreamError(`The refresh failed: ${outcome.message}`, outcome.isPassing);
      case 'due':
        throw new UpstreamError(`The refresh failed: ${outcome.reason}`, true);
      case 'superseded': {
        const current = await deps.reloadGrant(grant.id);
        if (current === undefined) {
          throw new ConflictError('The connection has no token any more. Authorize it again.');
        }
        if (current.tokenVersion !== grant.tokenVersion) return { id: stored.id };
        const message = 'The refresh failed: another process has begun to refresh the token.';
        throw new UpstreamError(message, true);
      }
      default:
        return { id: stored.id };
    }
  },
});
