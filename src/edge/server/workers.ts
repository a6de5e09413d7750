import { Worker } from 'node:worker_threads';
import { pruneAuditEvents } from '../../core/audit/retention.ts';
import { forgetOldChanges } from '../../core/changes/change.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { forgetEndedTokens, forgetPending } from '../../features/connect-tokens/forget.ts';
import { startVerifyWorker } from '../../features/connections/verify-worker.ts';
import { forgetOldAttempts } from '../../oauth/consent/attempt.ts';
import {
  expireEnded,
  finishRefreshes,
  startRefreshWorker,
} from '../../oauth/refresh/refresh-worker.ts';
import { finishRevocations, revokeDue } from '../../oauth/revoke/revoke-due.service.ts';
import type { Config } from '../../platform/config/config.ts';
import { forgetEndedSessions } from '../connect-page/session.service.ts';

/** The background work of a process. */
export type Workers = {
  /**
   * Stops the work. Tokens that the database has not stored by then (`performance.now()`) go to the disk.
   */
  stop(until: number): Promise<void>;
};

/** Cleanup interval in milliseconds. */
const sweepPause = 10 * 60_000;
/** Pause in milliseconds between two searches for tokens that have ended or must be revoked. */
const tokenPause = 60_000;

/**
 * Starts the background work.
 *
 * @param thread the script of the thread that refreshes tokens; without one, this thread does it.
 */
export function startWorkers(deps: Deps, thread?: URL): Workers {
  const refreshes =
    thread === undefined ? startRefreshWorker(deps) : startRefreshThread(thread, deps.config);
  const verifications = startVerifyWorker(deps);
  const sweep = () => {
    void forgetOldAttempts(deps);
    void forgetEndedTokens(deps);
    void forgetEndedSessions(deps);
    void pruneAuditEvents(deps);
    void forgetPending(deps);
    void deleteUnlinkedAccounts(deps);
    void forgetOldChanges(deps);
  };
  const sweeping = setInterval(sweep, sweepPause).unref();
  const attend = () => {
    void expireEnded(deps);
    void revokeDue(deps);
  };
  const attending = setInterval(attend, tokenPause).unref();
  void revokeDue(deps); // tokens that an earlier process saved to the disk
  return {
    async stop(until) {
      clearInterval(sweeping);
      clearInterval(attending);
      await Promise.all([
        refreshes.stop(until),
        verifications.stop(until),
        finishRefreshes(deps, until),
        finishRevocations(deps, until),
      ]);
    },
  };
}

/**
 * Starts the refresh worker in a thread of its own, so that its decryption and garbage collection do not
 * delay requests. The two threads share only the database, as two processes would.
 */
export function startRefreshThread(
  script: URL,
  config: Config,
): { stop(until: number): Promise<void> } {
  const thread = new Worker(script, { workerData: config });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  // An uncaught error ends the process, as it does in the main thread.
  thread.once('error', (error) => {
    throw error;
  });
  return {
    async stop(until) {
      thread.postMessage(until - performance.now());
      await exited;
    },
  };
}
