import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { loadProvider, openProvider } from '../provider/load-provider.ts';
import type { Provider } from '../provider/provider.ts';
import type { TokenAnswer } from '../provider/token-answer.ts';
import { TokenFailure } from '../provider/token-failure.ts';
import { requestRefresh } from '../provider/token-request.ts';
import { expireGrant, recordRefreshFailure } from './grant.statements.ts';
import type { Grant, GrantActor, GrantTokens, Lease, PendingTokens } from './grant.ts';
import { releaseRefreshLease } from './lease.statements.ts';
import { isUnavailable, mayRefresh, mayTakeOver, writeTokens } from './pending-writes.ts';
import {
  accessTokenLife,
  mayCallProvider,
  next,
  type RefreshEvent,
  type RefreshState,
  refreshAfter,
} from './refresh-state.ts';

/** How long a caller waits for a refresh, in whichever process it runs, in milliseconds. */
const longestRefreshWait = 12_000;
/** How often a process looks whether another one has ended a refresh, in milliseconds. */
const pollPause = 100;

/** A refresh of one generation of tokens. With a lease in the grant, this process has it already. */
type RefreshRequest = {
  grant: Grant;
  /** Called under the lease. Undefined: the refresh must not begin, because this process is about to stop. */
  openTokens: () => Promise<GrantTokens | undefined>;
  by: GrantActor;
};

/** How a refresh ended. `due`: it was not done now. */
type RefreshOutcome = RefreshState & {
  kind: 'stored' | 'superseded' | 'paused' | 'expired' | 'due';
};

/**
 * Refreshes one generation of tokens exactly once, however many callers request it, in this process and all
 * others. Concurrent callers in a process share the outcome. New tokens are committed before this resolves.
 */
export function refreshGrant(deps: LeanDeps, refresh: RefreshRequest): Promise<RefreshOutcome> {
  const { id, tokenVersion, lease } = refresh.grant;
  const [running, key] = [deps.runningRefreshes, `${id} ${tokenVersion}`];
  const known = running.get(key);
  // The holder of the lease continues, and later callers wait for it.
  if (known !== undefined && lease === undefined) return limitWait(known);
  const outcome = run(deps, refresh);
  const end = () => running.get(key) === outcome && running.delete(key);
  running.set(key, outcome);
  outcome.then(end, end);
  return limitWait(outcome);
}

/** Returns how many refreshes this process has under way. */
export function refreshesUnderWay(deps: LeanDeps): number {
  return deps.runningRefreshes.size;
}

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    /** The refreshes under way, by generation. */
    runningRefreshes: Map<string, Promise<RefreshOutcome>>;
  }
}

/** The refresh goes on, but nobody waits for ever: its tokens may be waiting for the database. */
async function limitWait(outcome: Promise<RefreshOutcome>): Promise<RefreshOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<RefreshOutcome>((resolve) => {
    const late = { kind: 'due', reason: 'the refresh takes too long.' } as const;
    timer = setTimeout(() => resolve(late), longestRefreshWait);
  });
  return Promise.race([outcome, tooLong]).finally(() => clearTimeout(timer));
}

async function run(deps: LeanDeps, refresh: RefreshRequest): Promise<RefreshOutcome> {
  const { lease } = refresh.grant;
  const giveUpAt = performance.now() + longestRefreshWait;
  let state: RefreshState = lease ? { kind: 'leased', lease } : { kind: 'due', reason: null };
  while (!hasEnded(state)) state = await advance(deps, { ...refresh, giveUpAt }, state);
  return state;
}

/** Does what a state requires, and returns the state that follows on the result. */
async function advance(
  deps: LeanDeps,
  refresh: RefreshRequest & { giveUpAt: number },
  state: RefreshState,
): Promise<RefreshState> {
  switch (state.kind) {
    case 'due':
      return next(state, await requestLease(deps, refresh));
    case 'leased':
      return next(state, await callProvider(deps, refresh, state));
    case 'pending':
      return writeTokens(deps, state.pending);
    case 'failed':
      return next(state, await recordFailure(deps, refresh, state));
    default:
      throw new Error(`A refresh that is ${state.kind} has ended.`);
  }
}

function hasEnded(state: RefreshState): state is RefreshOutcome {
  if (state.kind === 'due') return state.reason !== null;
  return ['stored', 'superseded', 'paused', 'expired'].includes(state.kind);
}

async function requestLease(
  deps: LeanDeps,
  { grant, giveUpAt }: RefreshRequest & { giveUpAt: number },
): Promise<RefreshEvent> {
  if (!mayRefresh(deps)) {
    return { kind: 'not called', reason: 'too many tokens wait for the database.' };
  }
  const [owner, requestedAt] = [randomUUID(), performance.now()];
  if (requestedAt >= giveUpAt) {
    return { kind: 'not called', reason: 'another process takes too long to refresh the token.' };
  }
  const { id, tokenVersion } = grant;
  const request = { id, tokenVersion, owner, mayTakeOver: mayTakeOver(deps) };
  const { isCurrent, isTaken, ...facts } = await deps.takeRefreshLease(request);
  if (isCurrent && !isTaken) await wait(pollPause);
  const lease = isTaken ? { owner, requestedAt, ...facts } : null;
  return { kind: 'lease requested', isCurrent, lease };
}

async function callProvider(
  deps: LeanDeps,
  refresh: RefreshRequest,
  { lease }: RefreshState & { kind: 'leased' },
): Promise<RefreshEvent> {
  const { grant } = refresh;
  const release = () => releaseRefreshLease(deps.sql, grant, lease);
  let isCalled = false;
  try {
    const before = await refresh.openTokens();
    if (before === undefined) {
      await release();
      return { kind: 'not called', reason: 'this process is about to stop.' };
    }
    const provider = await requireGrantProvider(deps, grant, lease);
    const key = await deps.vault.sealingKey(grant.projectId);
    if (!mayCallProvider(lease, performance.now())) {
      await release();
      return { kind: 'not called', reason: 'this process was delayed while it held the lease.' };
    }
    isCalled = true;
    const answer = await requestRefresh(deps, provider, before.refreshToken ?? '');
    const answeredAt = performance.now();
    const by = { ...refresh.by, eventId: newId() };
    return {
      kind: 'tokens',
      pending: { grant, key, answeredAt, by, ...followingTokens(before, answer) },
    };
  } catch (error) {
    if (error instanceof TokenFailure) {
      const { kind, message: reason, description } = error;
      const connectionId = grant.id;
      deps.log.warn({ connectionId, kind, reason, description }, 'a refresh brought no token');
      return { kind: 'failure', failure: error, random: Math.random() };
    }
    // Once the provider was called, nobody may call it again at once: the lease then ends by itself.
    if (!isCalled) await release().catch(() => {});
    throw error;
  }
}

async function requireGrantProvider(
  deps: LeanDeps,
  grant: Grant,
  { settings }: Lease,
): Promise<Provider> {
  try {
    const provider = await (settings
      ? openProvider(deps, grant, settings)
      : loadProvider(deps, grant));
    if (provider !== undefined) return provider;
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new TokenFailure('refused', cause.message, { cause });
  }
  throw new TokenFailure('passing', 'the connection was deleted', { isSent: false });
}

/** Returns the tokens of the next generation: those of the answer, with what it leaves out kept. */
function followingTokens(
  before: GrantTokens,
  answer: TokenAnswer,
): Pick<PendingTokens, 'tokens' | 'facts'> {
  const refreshToken = answer.refreshToken ?? before.refreshToken;
  const refreshable = refreshToken !== undefined;
  const life = accessTokenLife(answer.expiresIn, refreshable);
  return {
    tokens: {
      ...before,
      accessToken: answer.accessToken,
      tokenType: answer.tokenType,
      ...(refreshable && { refreshToken }),
      ...(answer.extra && { extra: { ...before.extra, ...answer.extra } }),
    },
    facts: {
      // Some providers return a blank scope: the granted scopes stay (RFC 6749, section 6).
      scopes: answer.scopes?.length ? answer.scopes : null,
      life,
      refreshable,
      refreshIn: refreshable && life !== null ? refreshAfter(life, Math.random()) : null,
    },
  };
}

async function recordFailure(
  deps: LeanDeps,
  { grant, by }: RefreshRequest,
  failed: RefreshState & { kind: 'failed' },
): Promise<RefreshEvent> {
  try {
    if (failed.failure === 'ended') {
      const isExpired = await expireGrant(deps.sql, grant, failed, { ...by, eventId: newId() });
      announceChanges(deps);
      if (!isExpired) return { kind: 'lease lost' };
      return { kind: 'failure recorded', isRefusedTooLong: false };
    }
    const recorded = await recordRefreshFailure(deps.sql, grant, failed);
    if (recorded === 'lease lost') return { kind: 'lease lost' };
    return { kind: 'failure recorded', isRefusedTooLong: recorded === 'refused too long' };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    // The lease ends by itself, and callers hear of the failure.
    return { kind: 'failure recorded', isRefusedTooLong: false };
  }
}
