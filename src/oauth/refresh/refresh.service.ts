import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type LeanDeps, perDeps } from '../../core/deps/deps.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import type { GrantTokens } from '../provider/grant-tokens.ts';
import { loadProvider, openProvider } from '../provider/load-provider.ts';
import type { Provider } from '../provider/provider.ts';
import type { TokenAnswer } from '../provider/token-answer.ts';
import { TokenFailure } from '../provider/token-failure.ts';
import { lifeOf, refreshAfter } from '../provider/token-life.ts';
import { requestRefresh } from '../provider/token-request.ts';
import { type GrantActor, releaseRefreshLease } from './grant.statements.ts';
import { mayRefresh, mayTakeOver, writeTokens } from './pending-writes.ts';
import {
  type Generation,
  type Held,
  type RefreshOutcome,
  recordFailure,
} from './refresh-failure.ts';
import { leaseSeconds, takeRefreshLease } from './take-lease.ts';

/** Of a lease, what must be left when the provider is called, in milliseconds. */
const leastLease = 15_000;
/** How long a caller waits for a refresh, whichever process does it, in milliseconds. */
const longestWait = 12_000;
const pollPause = 100;

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
  // Some send a blank scope with a refresh: what was granted stays (RFC 6749, section 6).
  const scopes = answer.scopes?.length ? answer.scopes : null;
  const facts = { scopes, life, refreshable, refreshIn };
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
