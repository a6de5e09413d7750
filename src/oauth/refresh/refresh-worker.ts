import { setTimeout as wait } from 'node:timers/promises';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { openTokens } from '../provider/grant-tokens.ts';
import { claimDueGrants, type DueGrant, isAnyFull, mostSlots } from './due-grants.ts';
import { createHostBreaker } from './host-breaker.ts';
import { mayRefresh, mayTakeOver } from './pending-writes.ts';
import { refreshHeld } from './refresh.service.ts';

/** How many refreshes run at once in a process. */
const slots = mostSlots;
/** How many of them may be of one host, or of one project. */
const share = slots / 4;
/** How many must have ended before more are claimed: a claim for each would cost as much as its refresh. */
const handful = share / 2;
/** How long to wait when nothing is to be had, in milliseconds; jittered, so that processes take turns. */
const idlePause = 1_000;
/** How long to wait when something was: short, so that many tokens are refreshed evenly and not in waves. */
const busyPause = 50;
/** Over how long those that were claimed together begin, in milliseconds: at once, they would hold up whoever reads meanwhile. */
const spread = 30;

const by = { actor: 'server', ip: null, requestId: 'refresh-worker' };

/** Refreshes tokens ahead of their end, until it is stopped. */
export function startRefreshWorker(deps: LeanDeps): { stop(): Promise<void> } {
  if (deps.config.refresh === 'off') return { stop: async () => {} };
  const breaker = createHostBreaker(() => performance.now());
  const running = new Set<DueGrant>();
  let isStopped = false;
  let ended = 0;
  let wake = () => {};

  const claim = async (): Promise<number> => {
    const free = slots - running.size;
    if (free === 0 || !mayRefresh(deps)) return 0;
    const due = await claimDueGrants(deps.sql, {
      ...{ slots: free, share, running: [...running] },
      ...{ avoided: breaker.avoided(), mayTakeOver: mayTakeOver(deps) },
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
   * Claims again where one host or project has its share: what it has more must not hide the others'.
   * Where there were none, not soon again: such a claim passes over everything that is due.
   */
  const claimAll = async (): Promise<number> => {
    let some = await claim();
    let all = some;
    while (some > 0 && !isStopped && isAnyFull([...running], share)) {
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
      await looping; // what runs goes on: see refreshesUnderWay
    },
  };
}

/** What has not begun when the worker is stopped does not begin. */
async function refreshDue(
  deps: LeanDeps,
  grant: DueGrant,
  breaker: ReturnType<typeof createHostBreaker>,
  isStopped: () => boolean,
): Promise<void> {
  const prepare = async () => {
    await wait(spread * Math.random());
    return isStopped() ? undefined : openTokens(deps.vault, grant.dataKey, grant, grant.sealed);
  };
  try {
    const outcome = await refreshHeld(deps, grant, prepare, by);
    const hostFailed = outcome.kind === 'failed' && outcome.failure.kind === 'passing';
    if (hostFailed) breaker.failed(grant.tokenHost);
    else breaker.succeeded(grant.tokenHost);
  } catch (error) {
    logFailure(deps, error, grant.connectionId);
  }
}

function logFailure(deps: LeanDeps, error: unknown, connectionId?: string): number {
  deps.log.warn({ err: error, connectionId }, 'the refresh worker failed');
  return 0;
}
