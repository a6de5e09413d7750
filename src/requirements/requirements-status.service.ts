import { z } from 'zod';
import type { RequestContext } from '../access/request-context.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import type { Requirement } from '../db/generated/client.ts';
import { InvalidInputError } from '../errors.ts';
import { fieldIssues, userId } from '../input.ts';
import { loadRequirementsOfUser } from './requirements.statements.ts';

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
  const load = loadRequirementsOfUser(context.deps);
  const requirements = await load({ appId: app.id, userId: parsed.data.userId });
  const unsatisfied = requirements
    .filter(({ state }) => state.status === 'pending')
    .map(({ requirement }) => requirement);
  return { satisfied: unsatisfied.length === 0, unsatisfied };
}
