import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { fieldIssues, userId } from '../../platform/input.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { askForAwaited } from './current-status.ts';
import {
  loadRequirementsOfUser,
  type NamedUser,
  type RequirementWithState,
} from './requirements.statements.ts';

export type RequirementsStatus = {
  satisfied: boolean;
  /** What the user must still bring, or bring anew. */
  unsatisfied: Requirement[];
};

/** Which user, as the app names them, and of which app where no app's hostname was called. */
export type UserOfApp = { userId: string; appId?: string | null | undefined };

const userOfApp = z.object({ userId });

/**
 * Whether a user of an app has brought all that it asks for. Whoever was never seen is a user too.
 *
 * @throws InvalidInputError, UnauthenticatedError, NotFoundError for the app.
 */
export async function requirementsStatus(
  context: RequestContext,
  asked: UserOfApp,
): Promise<RequirementsStatus> {
  const parsed = userOfApp.safeParse(asked);
  if (!parsed.success) throw new InvalidInputError(fieldIssues(parsed.error.issues));
  const app = await requireCalledApp(context, asked.appId);
  const user = { appId: app.id, userId: parsed.data.userId };
  const load = loadRequirementsOfUser(context.deps);
  const requirements = await load(user);
  const linked = await askForAccounts(context.deps, user, requirements);
  const unsatisfied = pendingOf(linked ? await load(user) : requirements);
  return {
    satisfied: unsatisfied.length === 0,
    unsatisfied: unsatisfied.map(({ requirement }) => requirement),
  };
}

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
