import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { ConflictError, UpstreamError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { expireGrant } from './grant.statements.ts';
import {
  type AccessToken,
  type Grant,
  type GrantActor,
  type GrantTokens,
  openTokens,
} from './grant.ts';
import { refreshGrant } from './refresh-grant.ts';
import { isFresh, isTokenAlive, next, type RefreshState } from './refresh-state.ts';

/** Maximum number of token generations for which a caller waits. Other processes can be slow to store theirs. */
const rounds = 3;

/**
 * Returns the access token of a grant, refreshed first when it is about to end. The caller reads the grant
 * in the statement that authorizes it. This function reads it again only if another process replaced it.
 *
 * @throws ConflictError when the grant has ended, UpstreamError when the token has ended and the provider
 * gives no new one now.
 */
export async function getAccessToken(
  deps: LeanDeps,
  authorized: Grant,
  by: GrantActor,
): Promise<AccessToken> {
  let grant = authorized;
  let state: RefreshState = { kind: 'superseded' }; // until it is read here
  for (let round = 0; round < rounds; round += 1) {
    const tokens = await openTokens(deps.vault, grant);
    state = next(state, { kind: 'read', grant, isRefreshOff: deps.config.refresh === 'off' });
    if (state.kind === 'expired') {
      const isExpired = await expireUnrefreshable(deps, grant, state.message, by);
      if (!isExpired) state = { kind: 'superseded' };
    }
    if (state.kind === 'due') {
      state = await refreshGrant(deps, { grant, openTokens: async () => tokens, by });
    }
    const token = tokenToReturn(state, grant, tokens);
    if (token !== undefined) return token;
    const reloaded = await deps.reloadGrant(grant.id);
    if (reloaded === undefined) {
      throw new ConflictError('The connection has no token any more. Authorize it again.');
    }
    grant = reloaded;
  }
  throw unavailable(grant.lastRefreshError ?? 'other processes replace it all the time.', true);
}

/** Returns undefined when the grant is to be read again. */
function tokenToReturn(
  state: RefreshState,
  { scopes, expiresAt, secondsLeft, life }: Grant,
  tokens: GrantTokens,
): AccessToken | undefined {
  const current = { tokens, scopes, expiresAt, secondsLeft, life };
  switch (state.kind) {
    case 'fresh':
      return current;
    case 'stored':
      return isFresh(state.token) ? state.token : undefined; // it may have waited long for the database
    case 'expired':
      throw new ConflictError(`The connection has expired: ${state.message} Authorize it again.`);
    case 'paused':
      if (isTokenAlive(current)) return current;
      throw unavailable(state.message, state.isPassing);
    case 'due':
      if (isTokenAlive(current)) return current;
      throw unavailable(state.reason ?? 'it is not refreshed yet.', true);
    default:
      return undefined;
  }
}

function unavailable(why: string, isRetryable: boolean): UpstreamError {
  return new UpstreamError(`Could not obtain a new access token: ${why}`, isRetryable);
}

/**
 * Expires a connection whose access token has ended and whose provider gave no refresh token. Returns false
 * when a consent came first.
 */
export async function expireUnrefreshable(
  deps: LeanDeps,
  grant: Parameters<typeof expireGrant>[1],
  message: string,
  by: GrantActor,
): Promise<boolean> {
  const event = { ...by, eventId: newId() };
  const isExpired = await expireGrant(deps.sql, grant, { owner: null, message }, event);
  announceChanges(deps);
  return isExpired;
}
