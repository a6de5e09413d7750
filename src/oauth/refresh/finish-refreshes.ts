import { setTimeout as wait } from 'node:timers/promises';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { pendingCount, stopWriting } from './pending-writes.ts';
import { refreshesUnderWay } from './refresh.service.ts';
import { saveUnsaved } from './unsaved.ts';

/** How long a provider that was asked has to answer after that, in milliseconds. */
const lastAnswers = 11_000;

/**
 * Waits for the refreshes under way; tokens that the database has not taken until `until`
 * (`performance.now()`) go to the disk, and so does what a provider answers after that.
 */
export async function finishRefreshes(deps: LeanDeps, until: number): Promise<void> {
  const isBusy = () => refreshesUnderWay(deps) + pendingCount(deps) > 0;
  while (isBusy() && performance.now() < until) await wait(50);
  await saveUnsaved(deps, stopWriting(deps));
  const late = performance.now() + lastAnswers;
  while (refreshesUnderWay(deps) > 0 && performance.now() < late) await wait(50);
  await saveUnsaved(deps, stopWriting(deps));
}
