import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { newId } from '../../platform/new-id.ts';
import { expireGrant, recordRefreshFailure } from './grant.statements.ts';
import { isUnavailable, mayRefresh, mayTakeOver, writeTokens } from './pending-writes.ts';
import { next, type RefreshEvent, type RefreshState } from './refresh-state.ts';
import { type RefreshRequest, useLease } from './use-lease.ts';

/** Milliseconds for which a caller waits for a refresh, in this or another process. */
const longestRefreshWait = 12_000;
/** Milliseconds between two checks whether another process has ended a refresh. */
const pollPause = 100;

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
  const running = deps.runningRefreshes;
  const key = `${id} ${tokenVersion}`;
  const known = running.get(key);
  // The holder of the lease continues, and later callers wait for it.
  if (known !== undefined && lease === undefined) return limitWait(known);
  const outcome = runRefresh(deps, refresh);
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

async function runRefresh(deps: LeanDeps, refresh: RefreshRequest): Promise<RefreshOutcome> {
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
      return next(state, await useLease(deps, refresh, state.lease));
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
  const requestedAt = performance.now();
  if (requestedAt >= giveUpAt) {
    return { kind: 'not called', reason: 'another process takes too long to refresh the token.' };
  }
  const owner = randomUUID();
  const { isCurrent, isTaken, ...facts } = await deps.takeRefreshLease({
    id: grant.id,
    tokenVersion: grant.tokenVersion,
    owner,
    mayTakeOver: mayTakeOver(deps),
  });
  if (isCurrent && !isTaken) await wait(pollPause);
  const lease = isTaken ? { owner, requestedAt, ...facts } : null;
  return { kind: 'lease requested', isCurrent, lease };
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
