import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { newId } from '../../platform/new-id.ts';
import type { GrantPlace } from '../provider/grant-tokens.ts';
import type { StoredSettings } from '../provider/load-provider.ts';
import { TokenFailure } from '../provider/token-failure.ts';
import { pauseAfter } from '../provider/token-life.ts';
import {
  expireGrant,
  type GrantActor,
  longestRefusal,
  recordRefreshFailure,
} from './grant.statements.ts';
import { requireUnavailable } from './pending-writes.ts';

/** One generation of a connection's tokens. */
export type Generation = GrantPlace & { tokenVersion: number };

/** One generation with the lease to refresh it. */
export type Held = Generation & {
  owner: string;
  /** `performance.now()` before the lease was asked for: it ends no earlier than 30 s after. */
  askedAt: number;
  /** Whether an earlier attempt ended without anybody knowing how. */
  isAttemptOpen: boolean;
  failures: number;
  /** The connection's, where they came with the lease. */
  settings?: StoredSettings;
};

/** How a refresh ended: with another generation of tokens to be read, or with a failure. */
export type RefreshOutcome = { kind: 'replaced' } | { kind: 'failed'; failure: TokenFailure };

const refusedLong = ` It has refused for ${longestRefusal} hours, so the grant counts as ended.`;

async function endGrant(
  deps: LeanDeps,
  held: Held,
  owner: string | null,
  cause: TokenFailure,
  message: string,
  by: GrantActor,
): Promise<RefreshOutcome> {
  const audit = { ...by, eventId: newId() };
  const isMine = await expireGrant(deps.sql, held, owner, message, audit);
  announceChanges(deps);
  if (!isMine) return { kind: 'replaced' }; // another process went on: what it found counts
  return { kind: 'failed', failure: new TokenFailure('ended', message, { cause }) };
}

/**
 * Notes that a refresh brought no token, for the next attempt; ends the connection where the grant has ended.
 * Returns `replaced` when another process went on with the grant in the meantime.
 */
export async function recordFailure(
  deps: LeanDeps,
  held: Held,
  failure: TokenFailure,
  by: GrantActor,
): Promise<RefreshOutcome> {
  const { kind, retryAfter, description } = failure;
  const doubt =
    ' An earlier attempt ended without an answer: the provider may have replaced the token then.';
  const { connectionId } = held;
  deps.log.warn(
    { connectionId, kind, reason: failure.message, description },
    'a refresh brought no token',
  );
  const message = `${failure.message}.${kind === 'ended' && held.isAttemptOpen ? doubt : ''}`;
  try {
    if (kind === 'ended') {
      return await endGrant(deps, held, held.owner, failure, message, by);
    } else {
      const pause = Math.max(pauseAfter(kind, held.failures + 1, Math.random), retryAfter ?? 0);
      const isOutcomeUnknown = failure.isOutcomeUnknown || held.isAttemptOpen;
      const noted = { kind, message, pause, isOutcomeUnknown };
      const isEnded = await recordRefreshFailure(deps.sql, held, held.owner, noted);
      if (isEnded) return await endGrant(deps, held, null, failure, `${message}${refusedLong}`, by);
    }
  } catch (error) {
    requireUnavailable(error); // else the lease ends by itself
  }
  return { kind: 'failed', failure: new TokenFailure(kind, message, { cause: failure }) };
}
