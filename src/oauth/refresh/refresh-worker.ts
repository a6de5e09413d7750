import { setTimeout as wait } from 'node:timers/promises';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { expireUnrefreshable } from './get-access-token.ts';
import { findEndedGrants } from './grant.statements.ts';
import { type Grant, type GrantActor, openTokens } from './grant.ts';
import { claimDueGrants, isAnyFull, mostSlots } from './lease.statements.ts';
import { mayRefresh, mayTakeOver, pendingCount, stopWriting } from './pending-writes.ts';
import { refreshesUnderWay, refreshGrant } from './refresh-grant.ts';
import { unrefreshable } from './refresh-state.ts';
import { saveUnsaved } from './unsaved.ts';

/** How many refreshes run at once in a process. */
const slots = mostSlots;
/** How many of them may be of one host, or of one project. */
const hostShare = slots / 4;
/** How many must have ended before more are claimed: a claim for each would cost as much as its refresh. */
const handful = hostShare / 2;
/** Pause in milliseconds when nothing is due; jittered, so that processes take turns. */
const idlePause = 1_000;
/** Pause in milliseconds after a claim: short, so that many tokens are refreshed evenly and not in waves. */
const busyPause = 50;
/** Claimed refreshes start spread over this many milliseconds, so that they do not delay reads. */
const spread = 30;

const by: GrantActor = { actor: 'server', ip: null, requestId: 'refresh-worker' };

/** Refreshes tokens ahead of their end, until it is stopped. */
export function startRefreshWorker(deps: LeanDeps): { stop(): Promise<void> } {
  if (deps.config.refresh === 'off') return { stop: async () => {} };
  const breaker = createHostBreaker(() => performance.now());
  const running = new Set<Grant>();
  let isStopped = false;
  let ended = 0;
  let wake = () => {};

  const claim = async (): Promise<number> => {
    const free = slots - running.size;
    if (free === 0 || !mayRefresh(deps)) return 0;
    const due = await claimDueGrants(deps.sql, {
      slots: free,
      share: hostShare,
      running: [...running],
      avoided: breaker.avoided(),
      mayTakeOver: mayTakeOver(deps),
    });
    for (const grant of due) {
      running.add(grant);
      void refreshDue(deps, grant, breaker, () => isStopped).finally(() => {
        running.delete(grant);
        ended += 1;
        wake();
      });
    }
    return due.length;
  };

  let noOthersAt = -Infinity;
  /**
   * Claims again while one host or project has its share: its other due grants must not hide those of
   * others. Where there were none, not again soon: such a claim passes over all grants that are due.
   */
  const claimAll = async (): Promise<number> => {
    let some = await claim();
    let all = some;
    while (some > 0 && !isStopped && isAnyFull([...running], hostShare)) {
      if (performance.now() - noOthersAt < idlePause) break;
      some = await claim();
      all += some;
      if (some === 0) noOthersAt = performance.now();
    }
    return all;
  };

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const enough = ended + handful; // counted from here: some end while others are claimed
      const claimed = await claimAll().catch((error: unknown) => logFailure(deps, error));
      const pause = claimed > 0 ? busyPause : idlePause * (0.5 + Math.random());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause).unref();
        wake = () => {
          if (!isStopped && ended < enough) return;
          clearTimeout(timer);
          resolve();
        };
        wake();
      });
    }
  };

  const looping = loop();
  return {
    async stop() {
      isStopped = true;
      wake();
      await looping; // running refreshes go on: see finishRefreshes
    },
  };
}

/** A refresh that has not begun when the worker stops does not begin. */
async function refreshDue(
  deps: LeanDeps,
  grant: Grant,
  breaker: ReturnType<typeof createHostBreaker>,
  isStopped: () => boolean,
): Promise<void> {
  const openInTime = async () => {
    await wait(spread * Math.random());
    return isStopped() ? undefined : openTokens(deps.vault, grant);
  };
  try {
    const outcome = await refreshGrant(deps, { grant, openTokens: openInTime, by });
    if (outcome.kind === 'superseded') return; // that says nothing about the host
    const isPaused = outcome.kind === 'paused' && outcome.isPassing;
    if (isPaused || outcome.kind === 'due') breaker.failed(grant.tokenHost);
    else breaker.succeeded(grant.tokenHost);
  } catch (error) {
    logFailure(deps, error, grant.id);
  }
}

function logFailure(deps: LeanDeps, error: unknown, connectionId?: string): number {
  deps.log.warn({ err: error, connectionId }, 'the refresh worker failed');
  return 0;
}

/** How many failures in a row a host may have before it is left alone. */
const toleratedFailures = 5;
/** How long a host is left alone at first and at most, in milliseconds. */
const firstBreak = 5_000;
const longestBreak = 60_000;

/** Leaves a host alone for a while after it failed several times in a row. */
function createHostBreaker(now: () => number) {
  const hosts = new Map<string, { failures: number; until: number }>();
  return {
    /** Returns the hosts to leave alone now. */
    avoided(): string[] {
      return [...hosts].filter(([, { until }]) => until > now()).map(([host]) => host);
    },
    succeeded(host: string): void {
      hosts.delete(host);
    },
    failed(host: string): void {
      const failures = (hosts.get(host)?.failures ?? 0) + 1;
      const over = failures - toleratedFailures;
      const pause = over < 0 ? 0 : Math.min(firstBreak * 2 ** over, longestBreak);
      hosts.set(host, { failures, until: now() + pause });
    },
  };
}

/** Expires connections whose token has ended and has no refresh token, even if nobody reads them. */
export async function expireEnded(deps: LeanDeps): Promise<void> {
  if (deps.config.refresh === 'off') return;
  try {
    for (const grant of await findEndedGrants(deps.sql)) {
      await expireUnrefreshable(deps, grant, unrefreshable, by);
    }
  } catch (error) {
    deps.log.warn({ err: error }, 'ended tokens were not looked for');
  }
}

/** Milliseconds after its deadline in which {@link finishRefreshes} waits for providers that were called. */
const lastAnswers = 11_000;

/**
 * Waits for the refreshes under way. Tokens that the database has not committed until `until`
 * (`performance.now()`) go to the disk, and so do those that a provider returns after that.
 */
export async function finishRefreshes(deps: LeanDeps, until: number): Promise<void> {
  const isBusy = () => refreshesUnderWay(deps) + pendingCount(deps) > 0;
  while (isBusy() && performance.now() < until) await wait(50);
  await saveUnsaved(deps, stopWriting(deps));
  const late = performance.now() + lastAnswers;
  while (refreshesUnderWay(deps) > 0 && performance.now() < late) await wait(50);
  await saveUnsaved(deps, stopWriting(deps));
}
