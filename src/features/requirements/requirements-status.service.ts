import { z } from 'zod';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { userId } from '../../platform/input.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { askForAwaited } from './current-status.ts';
import type { NamedUser, RequirementWithState } from './requirements.statements.ts';

export type RequirementsStatus = {
  satisfied: boolean;
  /** What the user must still bring, or bring anew. */
  unsatisfied: Requirement[];
};

/** A user whom the app has never seen counts as a user. Fails with NotFoundError for the app. */
export const readRequirementsStatus = operation({
  name: 'requirementsStatus',
  description: 'Returns whether an end user has fulfilled all requirements of an app.',
  role: { app: 'viewer' },
  audit: undefined,
  // Without `appId` the app is the one whose hostname was called.
  input: z.object({ userId, appId: z.string().nullish() }),
  errors: [],
  run: async (context, { userId, appId }): Promise<RequirementsStatus> => {
    const app = await requireCalledApp(context, appId);
    const user = { appId: app.id, userId };
    const load = context.deps.loadRequirementsOfUser;
    const requirements = await load(user);
    const linked = await askForAccounts(context.deps, user, requirements);
    const unsatisfied = pendingOf(linked ? await load(user) : requirements);
    return {
      satisfied: unsatisfied.length === 0,
      unsatisfied: unsatisfied.map(({ requirement }) => requirement),
    };
  },
});

/** Asks Pipedream for what the user may have linked there; answers whether anything was. */
async function askForAccounts(
  deps: Deps,
  user: NamedUser,
  requirements: readonly RequirementWithState[],
): Promise<boolean> {
  const pending = pendingOf(requirements).filter(({ state }) => state.kind === 'pipedream_account');
  if (pending.length === 0 || deps.config.pipedream === undefined) return false;
  const known = await deps.db.endUser.findUnique({
    where: { appId_userId: user },
    select: { id: true },
  });
  if (known === null) return false;
  const pairs = pending.map(({ requirement }) => ({
    endUserId: known.id,
    requirementId: requirement.id,
  }));
  return askForAwaited(deps, pairs);
}

function pendingOf(requirements: readonly RequirementWithState[]): RequirementWithState[] {
  return requirements.filter(({ state }) => state.status === 'pending');
}
