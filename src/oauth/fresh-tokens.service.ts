import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import { ConflictError, UpstreamError } from '../errors.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';
import { expireGrant, type GrantActor } from './grant.statements.ts';
import { type GrantPlace, type GrantTokens, openTokens } from './grant-tokens.ts';
import { refreshGrant } from './refresh.service.ts';
import { freshFor } from './token-life.ts';

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
  const { vault } = deps;
  const tokens = await openTokens(vault, grant.dataKey, grant, grant.sealed);
  const asItIs = { tokens, scopes: grant.scopes, expiresAt: grant.expiresAt };
  if (isFresh(grant)) return asItIs;
  const isAlive = (grant.secondsLeft ?? 1) > 0;
  if (!grant.isRefreshable) {
    if (isAlive) return asItIs;
    const message = 'The access token ended, and the provider gave no refresh token.';
    await expireGrant(deps.sql, grant, null, message, { ...by, eventId: uuidv7() });
    throw new ConflictError(`The connection has expired: ${message} Authorize it again.`);
  }
  if (deps.config.refresh === 'off' || grant.isPaused) {
    if (isAlive) return asItIs;
    throw unrefreshed(deps, grant);
  }
  const outcome = await refreshGrant(deps, grant, tokens, by);
  if (outcome.kind === 'failed') {
    const { kind, message } = outcome.failure;
    if (kind === 'ended') {
      throw new ConflictError(`The connection has expired: ${message} Authorize it again.`);
    }
    if (isAlive) return asItIs;
    throw new UpstreamError(`No fresh token is to be had: ${message}`, kind === 'passing');
  }
  const next = await reload();
  if (next === undefined)
    throw new ConflictError('The connection has no token any more. Authorize it again.');
  const opened = await openTokens(vault, next.dataKey, next, next.sealed);
  return { tokens: opened, scopes: next.scopes, expiresAt: next.expiresAt };
}

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
