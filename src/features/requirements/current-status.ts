import { setTimeout as wait } from 'node:timers/promises';
import type { Rate } from '../../core/access/rate.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { AwaitedAccount } from './awaited-accounts.ts';
import { linkAwaitedAccount } from './link-account.service.ts';
import type { RequirementOfUser, RequirementState } from './status.ts';

/** Milliseconds for which a status request waits for Pipedream. The question itself goes on after that. */
const pipedreamPatience = 2_000;

/**
 * Returns the status of a requirement for a user. If the user is connecting an account at Pipedream, it
 * asks Pipedream first, so that a lost webhook costs only seconds.
 */
export async function currentStatus(
  deps: Deps,
  ofUser: RequirementOfUser,
): Promise<RequirementState> {
  const state = await deps.loadRequirementState(ofUser);
  if (state.kind !== 'pipedream_account' || state.status === 'completed') return state;
  const linked = await askForAwaited(deps, [ofUser]);
  return linked ? deps.loadRequirementState(ofUser) : state;
}

/**
 * Asks Pipedream for the accounts that users are connecting, if it was not asked just before. It returns
 * whether anything was linked.
 */
export async function askForAwaited(
  deps: Deps,
  pairs: readonly RequirementOfUser[],
): Promise<boolean> {
  if (deps.config.pipedream === undefined) return false;
  const claimed = await Promise.all(pairs.map((ofUser) => deps.claimAwaited(ofUser)));
  const asked = claimed.flat().filter((one) => mayAsk(deps, one));
  const asking = asked.map((one) => linkAwaitedAccount(deps, one, 'requirement-status'));
  if (asking.length === 0) return false;
  const linked = await Promise.race([
    Promise.all(asking),
    wait<boolean[]>(pipedreamPatience, [], { ref: false }),
  ]);
  return linked.includes(true);
}

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Counts how often Pipedream is asked for the accounts of each app. */
    accountQuestions: Rate;
  }
}

/**
 * Whether Pipedream may be asked. Strangers can begin links of a public app and ask for their status, so
 * the rate is limited.
 */
function mayAsk(deps: Deps, { isAnonymous, appId }: AwaitedAccount): boolean {
  if (!isAnonymous) return true;
  const rate = deps.accountQuestions;
  if (rate.secondsToWait(appId, deps.config.limits.actionsPerApp) > 0) return false;
  rate.take(appId);
  return true;
}
