import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { DataKeyRow } from '../../core/vault/data-keys.ts';
import { ConflictError, UpstreamError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { type GrantPlace, type GrantTokens, openTokens } from '../provider/grant-tokens.ts';
import { freshFor } from '../provider/token-life.ts';
import { expireGrant, type GrantActor } from './grant.statements.ts';
import { refreshGrant } from './refresh.service.ts';

/** A connection's grant as it is stored, with its tokens still sealed. Times are by the database's clock. */
export type StoredGrant = GrantPlace & {
  tokenVersion: number;
  sealed: Uint8Array;
  dataKey: DataKeyRow;
  scopes: string[];
  expiresAt: Date | null;
  /** Seconds until `expiresAt`; null: the access token does not end. */
  secondsLeft: number | null;
  /** Seconds that the access token lives in all; null: it does not end. */
  life: number | null;
  isRefreshable: boolean;
  /** Whether failures forbid to try again yet. */
  isPaused: boolean;
  lastRefreshError: string | null;
};

/** A token to hand out. */
export type FreshToken = { tokens: GrantTokens; scopes: string[]; expiresAt: Date | null };

/**
 * The access token of a grant, refreshed first when it is about to end.
 *
 * @param reload reads the grant again after it was refreshed; undefined when it is no more.
 * @throws ConflictError when the grant has ended, UpstreamError when the token has ended and no new
 * one is to be had for now.
 */
export async function freshToken(
  deps: Deps,
  grant: StoredGrant,
  by: GrantActor,
  reload: () => Promise<StoredGrant | undefined>,
): Promise<FreshToken> {
  let current: StoredGrant | undefined = grant;
  // Another process may have been long about storing what it was given: that has an end as well.
  for (let round = 0; round < rounds && current !== undefined; round += 1) {
    const tokens = await openTokens(deps.vault, current.dataKey, current, current.sealed);
    if (!(await isReplaced(deps, current, tokens, by))) {
      return { tokens, scopes: current.scopes, expiresAt: current.expiresAt };
    }
    current = await reload();
  }
  if (current !== undefined) throw unrefreshed(deps, current);
  throw new ConflictError('The connection has no token any more. Authorize it again.');
}

/** How many generations of tokens a caller waits for. */
const rounds = 3;

/** Whether a refresh brought another generation; false: this one is to be handed out. */
async function isReplaced(
  deps: Deps,
  grant: StoredGrant,
  tokens: GrantTokens,
  by: GrantActor,
): Promise<boolean> {
  if (isFresh(grant)) return false;
  const isAlive = (grant.secondsLeft ?? 1) > 0;
  if (!grant.isRefreshable) {
    if (isAlive) return false;
    await expireGrant(deps.sql, grant, null, unrefreshable, { ...by, eventId: newId() });
    announceChanges(deps);
    throw new ConflictError(`The connection has expired: ${unrefreshable} Authorize it again.`);
  }
  if (deps.config.refresh === 'off' || grant.isPaused) {
    if (isAlive) return false;
    throw unrefreshed(deps, grant);
  }
  const outcome = await refreshGrant(deps, grant, tokens, by);
  if (outcome.kind === 'replaced') return true;
  const { kind, message } = outcome.failure;
  if (kind === 'ended') {
    throw new ConflictError(`The connection has expired: ${message} Authorize it again.`);
  }
  if (isAlive) return false;
  throw new UpstreamError(`No fresh token is to be had: ${message}`, kind === 'passing');
}

/** Why a connection expires whose provider gave nothing to go on with. */
export const unrefreshable = 'The access token ended, and the provider gave no refresh token.';

function isFresh({ secondsLeft, life }: StoredGrant): boolean {
  return secondsLeft === null || life === null || secondsLeft >= freshFor(life);
}

function unrefreshed({ config }: Deps, { lastRefreshError }: StoredGrant): UpstreamError {
  const why =
    config.refresh === 'off'
      ? 'refreshing is turned off on this server (REFRESH=off).'
      : (lastRefreshError ?? 'the provider could not be reached.');
  return new UpstreamError(
    `The access token has ended and no fresh one is to be had: ${why}`,
    true,
  );
}
