import type { LeanDeps } from '../../core/deps/deps.ts';
import { type GrantActor, type GrantTokens, openTokens } from './grant.ts';
import { refreshGrant } from './refresh-grant.ts';

/** Maximum number of generations that are read while other processes store theirs. */
const mostReads = 3;

/**
 * Returns the tokens of a connection after the service refused its access token, refreshed now unless
 * another call or process has already replaced that token; undefined if the provider gives no other token.
 */
export async function replaceAccessToken(
  deps: LeanDeps,
  { connectionId, refused }: { connectionId: string; refused: string },
  by: GrantActor,
): Promise<GrantTokens | undefined> {
  for (let read = 0; read < mostReads; read += 1) {
    const grant = await deps.reloadGrant(connectionId);
    if (grant === undefined) return undefined;
    const tokens = await openTokens(deps.vault, grant);
    if (tokens.accessToken !== refused) return tokens;
    if (!grant.isRefreshable || grant.isPaused || deps.config.refresh === 'off') return undefined;
    const outcome = await refreshGrant(deps, { grant, openTokens: async () => tokens, by });
    if (outcome.kind === 'stored') return outcome.token.tokens;
    if (outcome.kind !== 'superseded') return undefined;
  }
  return undefined;
}
