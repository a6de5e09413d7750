import { setTimeout as wait } from 'node:timers/promises';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { expireUnrefreshable } from './get-access-token.ts';
import { findEndedGrants } from './grant.statements.ts';
import { type Grant, type GrantActor, type GrantTokens, openTokens } from './grant.ts';
import { claimDueGrants, isAnyFull, mostSlots } from './lease.statements.ts';
import { mayRefresh, mayTakeOver, pendingCount, stopWriting } from './pending-writes.ts';
import { refreshesUnderWay, refreshGrant } from './refresh-grant.ts';
import { unrefreshable } from './refresh-state.ts';
import { saveUnsaved } from './unsaved.ts';

/** Maximum number of refreshes that run at the same time in a process. */
const slots = mostSlots;
/** Maximum number of them for one host, or for one project. */
const hostShare = slots / 4;
/** Number of ended refreshes before more are claimed. One claim for each would cost as much as the refresh. */
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
  const worker = new RefreshWorker(deps);
  const end = worker.run();
  return {
    async stop() {
      worker.stop();
      await end; // running refreshes go on: see finishRefreshes
    },
  };
}

/** Claims due grants as slots become free, and refreshes them. */
class RefreshWorker {
  readonly #deps: LeanDeps;
  readonly #breaker = createHostBreaker(() => performance.now());
  readonly #running = new Set<Grant>();
  #isStopped = false;
  /** Number of refreshes that have ended since the start. */
  #ended = 0;
  /** `performance.now()` when a claim past those with a full share last found nothing. */
  #noOthersAt = -Infinity;
  /** Ends the pause early if there is reason to. */
  #wake = () => {};

  constructor(deps: LeanDeps) {
    this.#deps = deps;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const enough = this.#ended + handful; // counted from here: some end while others are claimed
      const claimed = await this.#claimAll().catch((error: unknown) => {
        logFailure(this.#deps, error);
        return 0;
      });
      await this.#pause(claimed > 0 ? busyPause : idlePause * (0.5 + Math.random()), enough);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /**
   * Claims again while one host or project has its share: its other due grants must not hide those of
   * others. Where there were none, not again soon: such a claim passes over all grants that are due.
   */
  async #claimAll(): Promise<number> {
    let some = await this.#claim();
    let all = some;
    while (some > 0 && !this.#isStopped && isAnyFull([...this.#running], hostShare)) {
      if (performance.now() - this.#noOthersAt < idlePause) break;
      some = await this.#claim();
      all += some;
      if (some === 0) this.#noOthersAt = performance.now();
    }
    return all;
  }

  async #claim(): Promise<number> {
    const free = slots - this.#running.size;
    if (free === 0 || !mayRefresh(this.#deps)) return 0;
    const due = await claimDueGrants(this.#deps.sql, {
      slots: free,
      share: hostShare,
      running: [...this.#running],
      avoided: this.#breaker.avoided(),
      mayTakeOver: mayTakeOver(this.#deps),
    });
    for (const grant of due) {
      this.#running.add(grant);
      void this.#refresh(grant).finally(() => {
        this.#running.delete(grant);
        this.#ended += 1;
        this.#wake();
      });
    }
    return due.length;
  }

  async #refresh(grant: Grant): Promise<void> {
    const { tokenHost } = grant;
    try {
      const openInTime = () => this.#openInTime(grant);
      const outcome = await refreshGrant(this.#deps, { grant, openTokens: openInTime, by });
      if (outcome.kind === 'superseded') return; // that says nothing about the host
      const isPaused = outcome.kind === 'paused' && outcome.isPassing;
      if (isPaused || outcome.kind === 'due') this.#breaker.failed(tokenHost);
      else this.#breaker.succeeded(tokenHost);
    } catch (error) {
      logFailure(this.#deps, error, grant.id);
    }
  }

  /** A refresh that has not begun when the worker stops does not begin. */
  async #openInTime(grant: Grant): Promise<GrantTokens | undefined> {
    await wait(spread * Math.random());
    return this.#isStopped ? undefined : openTokens(this.#deps.vault, grant);
  }

  /** Waits for so many milliseconds, until `enough` refreshes have ended, or until the worker stops. */
  async #pause(milliseconds: number, enough: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        if (!this.#isStopped && this.#ended < enough) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
  }
}

function logFailure(deps: LeanDeps, error: unknown, connectionId?: string): void {
  deps.log.warn({ err: error, connectionId }, 'the refresh worker failed');
}

/** Number of consecutive failures after which a host gets no requests for some time. */
const toleratedFailures = 5;
/** Milliseconds for which a host gets no requests, at first and at most. */
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
