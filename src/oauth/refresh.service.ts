import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { announceChanges } from '../changes/announce-changes.ts';
import { type LeanDeps, perDeps } from '../deps.ts';
import { InvalidInputError } from '../errors.ts';
import { newId } from '../new-id.ts';
import type { SealingKey } from '../vault/vault.ts';
import {
  expireGrant,
  type GrantActor,
  longestRefusal,
  recordRefreshFailure,
  releaseRefreshLease,
} from './grant.statements.ts';
import type { GrantPlace, GrantTokens } from './grant-tokens.ts';
import { loadProvider, openProvider, type StoredSettings } from './load-provider.ts';
import { mayRefresh, mayTakeOver, requireUnavailable, writeTokens } from './pending-writes.ts';
import type { Provider } from './provider.ts';
import { leaseSeconds, takeRefreshLease } from './take-lease.ts';
import type { TokenAnswer } from './token-answer.ts';
import { TokenFailure } from './token-failure.ts';
import { lifeOf, pauseAfter, refreshAfter } from './token-life.ts';
import { requestRefresh } from './token-request.ts';

/** Of a lease, what must be left when the provider is called, in milliseconds. */
const leastLease = 15_000;
/** How long a caller waits for a refresh, whichever process does it, in milliseconds. */
const longestWait = 12_000;
const pollPause = 100;

/** One generation of a connection's tokens. */
export type Generation = GrantPlace & { tokenVersion: number };

/** How a refresh ended: with another generation of tokens to be read, or with a failure. */
export type RefreshOutcome = { kind: 'replaced' } | { kind: 'failed'; failure: TokenFailure };

/**
 * Refreshes one generation of tokens, exactly once however many ask, in this process and all others.
 * What the provider answered is committed before this resolves.
 */
export function refreshGrant(
  deps: LeanDeps,
  generation: Generation,
  tokens: GrantTokens,
  by: GrantActor,
): Promise<RefreshOutcome> {
  const known = runningOf(deps).get(keyOf(generation));
  if (known !== undefined) return withinWait(known);
  return share(deps, generation, refreshOnce(deps, generation, tokens, by));
}

/**
 * As {@link refreshGrant}, by whoever has taken the lease already.
 *
 * @param prepare answers the tokens when it is time; undefined when it is not to be after all.
 */
export function refreshHeld(
  deps: LeanDeps,
  held: Held,
  prepare: () => Promise<GrantTokens | undefined>,
  by: GrantActor,
): Promise<RefreshOutcome> {
  const refresh = async () => {
    const tokens = await prepare().catch(async (error: unknown) => {
      await release(deps, held).catch(() => {});
      throw error;
    });
    if (tokens !== undefined) return underLease(deps, held, tokens, by);
    await release(deps, held);
    return tryLater('this process is about to stop');
  };
  return share(deps, held, refresh());
}

/** Lets others in this process join a refresh until it has ended. */
function share(
  deps: LeanDeps,
  generation: Generation,
  refresh: Promise<RefreshOutcome>,
): Promise<RefreshOutcome> {
  const [running, key] = [runningOf(deps), keyOf(generation)];
  const end = () => running.get(key) === refresh && running.delete(key);
  running.set(key, refresh);
  refresh.then(end, end);
  return withinWait(refresh);
}

const keyOf = ({ connectionId, tokenVersion }: Generation) => `${connectionId} ${tokenVersion}`;

/** The refresh goes on, but nobody waits for it for ever: its token may be waiting for the database. */
async function withinWait(refresh: Promise<RefreshOutcome>): Promise<RefreshOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<RefreshOutcome>((resolve) => {
    timer = setTimeout(() => resolve(tryLater('the refresh takes long')), longestWait);
  });
  return Promise.race([refresh, tooLong]).finally(() => clearTimeout(timer));
}

/** How many refreshes this process has under way. */
export function refreshesUnderWay(deps: LeanDeps): number {
  return runningOf(deps).size;
}

const runningOf = perDeps(() => new Map<string, Promise<RefreshOutcome>>());

const tryLater = (message: string): RefreshOutcome => ({
  kind: 'failed',
  failure: new TokenFailure('passing', message),
});

async function refreshOnce(
  deps: LeanDeps,
  generation: Generation,
  tokens: GrantTokens,
  by: GrantActor,
): Promise<RefreshOutcome> {
  const owner = randomUUID();
  const giveUp = performance.now() + longestWait;
  while (performance.now() < giveUp) {
    if (!mayRefresh(deps)) return tryLater('too many tokens wait for the database');
    const askedAt = performance.now();
    const { connectionId, tokenVersion } = generation;
    const wanted = { connectionId, tokenVersion, owner, mayTakeOver: mayTakeOver(deps) };
    const lease = await takeRefreshLease(deps)(wanted);
    if (!lease.current) return { kind: 'replaced' };
    if (!lease.taken) {
      await wait(pollPause);
      continue;
    }
    const held = { ...generation, owner, askedAt, ...lease };
    return underLease(deps, held, tokens, by);
  }
  return tryLater('another process has been refreshing the token for long');
}

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

async function underLease(
  deps: LeanDeps,
  held: Held,
  tokens: GrantTokens,
  by: GrantActor,
): Promise<RefreshOutcome> {
  let isAsked = false;
  try {
    const provider = await requireProvider(deps, held);
    const key = await deps.vault.sealingKey(held.projectId); // before the answer, not after
    if (performance.now() - held.askedAt > leaseSeconds * 1_000 - leastLease) {
      await release(deps, held);
      return tryLater('this process was held up while it had the right to refresh');
    }
    isAsked = true;
    const answer = await requestRefresh(deps, provider, tokens.refreshToken ?? '');
    await storeAnswer(deps, { ...held, key }, tokens, answer, by);
    return { kind: 'replaced' };
  } catch (error) {
    if (error instanceof TokenFailure) return recordFailure(deps, held, error, by);
    // It ends by itself; once the provider was asked, nobody may ask again at once.
    if (!isAsked) await release(deps, held).catch(() => {});
    throw error;
  }
}

/** Gives a lease back under which the provider was not called. */
function release(deps: LeanDeps, held: Held): Promise<void> {
  return releaseRefreshLease(deps.sql, held, held.owner, held.isAttemptOpen);
}

async function requireProvider(deps: LeanDeps, held: Held): Promise<Provider> {
  const { settings } = held;
  try {
    const provider = await (settings
      ? openProvider(deps, held, settings)
      : loadProvider(deps, held));
    if (provider !== undefined) return provider;
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new TokenFailure('refused', cause.message, { cause });
  }
  throw new TokenFailure('passing', 'the connection was deleted', { isSent: false });
}

async function storeAnswer(
  deps: LeanDeps,
  held: Held & { key: SealingKey },
  before: GrantTokens,
  answer: TokenAnswer,
  by: GrantActor,
): Promise<void> {
  const answeredAt = performance.now();
  const refreshToken = answer.refreshToken ?? before.refreshToken;
  const refreshable = refreshToken !== undefined;
  const life = lifeOf(answer.expiresIn, refreshable);
  const tokens = {
    ...before,
    accessToken: answer.accessToken,
    tokenType: answer.tokenType,
    ...(refreshable && { refreshToken }),
    ...(answer.extra && { extra: { ...before.extra, ...answer.extra } }),
  };
  const refreshIn = refreshable && life !== null ? refreshAfter(life, Math.random) : null;
  const facts = { scopes: answer.scopes ?? null, life, refreshable, refreshIn };
  const { organizationId, projectId, connectionId, tokenVersion } = held;
  await writeTokens(deps, {
    grant: { organizationId, projectId, connectionId, tokenVersion },
    tokens,
    key: held.key,
    facts,
    answeredAt,
    by: { ...by, eventId: newId() },
  });
}

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

async function recordFailure(
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
