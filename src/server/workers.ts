import { setTimeout as wait } from 'node:timers/promises';
import { pruneAuditEvents } from '../audit/retention.ts';
import { forgetOldChanges } from '../changes/change.ts';
import { forgetEndedSessions } from '../connect-page/session.service.ts';
import { forgetEndedTokens } from '../connect-tokens/forget.ts';
import type { Deps } from '../deps.ts';
import { forgetPending } from '../end-users/forget-pending.ts';
import { forgetOldAttempts } from '../oauth/attempt.ts';
import { expireEnded } from '../oauth/expire-ended.service.ts';
import { pendingCount, stopWriting } from '../oauth/pending-writes.ts';
import { refreshesUnderWay } from '../oauth/refresh.service.ts';
import { startRefreshWorker } from '../oauth/refresh-worker.ts';
import { saveUnsaved } from '../oauth/unsaved.ts';
import { deleteUnlinkedAccounts } from '../pipedream/unlinked-accounts.ts';

/** What a process does unasked. */
export type Workers = {
  /** Ends it; tokens that the database has not taken until then (`performance.now()`) go to the disk. */
  stop(until: number): Promise<void>;
};

/** How often what is no more of use is deleted, in milliseconds. */
const sweepPause = 10 * 60_000;
/** How often tokens that ended for good are looked for, in milliseconds. */
const expiryPause = 60_000;

export function startWorkers(deps: Deps): Workers {
  const refreshes = startRefreshWorker(deps);
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
  const expiring = setInterval(() => void expireEnded(deps), expiryPause).unref();
  return {
    async stop(until) {
      clearInterval(sweeping);
      clearInterval(expiring);
      void refreshes.stop();
      const isBusy = () => refreshesUnderWay(deps) + pendingCount(deps) > 0;
      while (isBusy() && performance.now() < until) await wait(50);
      await saveUnsaved(deps, stopWriting(deps));
      // What a provider is about to answer is not lost either; it has 10 s for that.
      const late = performance.now() + 11_000;
      while (refreshesUnderWay(deps) > 0 && performance.now() < late) await wait(50);
      await saveUnsaved(deps, stopWriting(deps));
    },
  };
}
