import { pruneAuditEvents } from '../../core/audit/retention.ts';
import { forgetOldChanges } from '../../core/changes/change.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { forgetEndedTokens } from '../../features/connect-tokens/forget.ts';
import { forgetPending } from '../../features/end-users/forget-pending.ts';
import { forgetOldAttempts } from '../../oauth/consent/attempt.ts';
import {
  expireEnded,
  finishRefreshes,
  startRefreshWorker,
} from '../../oauth/refresh/refresh-worker.ts';
import { finishRevocations, revokeDue } from '../../oauth/revoke/revoke-due.service.ts';
import { forgetEndedSessions } from '../connect-page/session.service.ts';
import { startRefreshThread } from './refresh-thread.ts';

/** What a process does unasked. */
export type Workers = {
  /** Ends it; tokens that the database has not taken until then (`performance.now()`) go to the disk. */
  stop(until: number): Promise<void>;
};

/** How often what is no more of use is deleted, in milliseconds. */
const sweepPause = 10 * 60_000;
/** How often tokens that ended for good, or that are to be revoked, are looked for, in milliseconds. */
const tokenPause = 60_000;

/** @param thread the script of a thread for the refreshes; without one they are done here. */
export function startWorkers(deps: Deps, thread?: URL): Workers {
  const refreshes =
    thread === undefined ? startRefreshWorker(deps) : startRefreshThread(thread, deps.config);
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
  void revokeDue(deps); // what an earlier process left
  return {
    async stop(until) {
      clearInterval(sweeping);
      clearInterval(attending);
      await Promise.all([
        refreshes.stop(until),
        finishRefreshes(deps, until),
        finishRevocations(deps, until),
      ]);
    },
  };
}
