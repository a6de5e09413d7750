import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser, requireRole } from '../../core/access/roles.ts';
import type { Change } from '../../core/changes/change.ts';
import { openStream } from '../../core/changes/open-stream.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { userId, userId as userIdInput } from '../../platform/input.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { askForAwaited } from './current-status.ts';
import type { NamedUser, RequirementWithState } from './requirements.statements.ts';

export type RequirementsStatus = {
  satisfied: boolean;
  /** The requirements that the user must still fulfil, or fulfil again. */
  unsatisfied: Requirement[];
};

/**
 * Returns the requirements that a user has not fulfilled. For a user that the server has never seen, these
 * are all. It fails with NotFoundError for an app that the caller cannot reach.
 */
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

/**
 * Asks Pipedream for accounts that the user may have linked there. It returns whether there were any.
 */
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

/**
 * Sends the requirements whose status changes. A connect token watches its own user; any other credential
 * names an app and a user. It fails with InvalidInputError for the user, with NotFoundError for the app,
 * and with the errors of `openStream`.
 */
export const watchRequirements = operation({
  name: 'requirementStatusChanged',
  description:
    'Sends a requirement when an end user fulfils it or no longer fulfils it. A connect token watches its own user; every other credential names an app and a user.',
  role: { endUserOr: 'viewer' },
  audit: undefined,
  input: z.object({ appId: z.string().nullish(), userId: z.string().nullish() }),
  errors: [],
  run: (context, { appId, userId }) =>
    context.viewer.kind === 'connect_token' ? watchOwn(context) : watchUser(context, appId, userId),
});

/** Watches the user of the connect token. */
function watchOwn(context: RequestContext): Promise<AsyncIterableIterator<Requirement>> {
  const { projectId, appId, endUserId } = requireEndUser(context.viewer);
  return openStream(context, {
    projectId,
    isAbout: (change) => change.connectionId === null && change.endUserId === endUserId,
    tell: (change) => loadChangedRequirement(context, appId, change),
    requireRight: async () => void requireEndUser(context.viewer),
  });
}

/** Watches a user by the id that the app gives them. The server need not know the user yet. */
async function watchUser(
  context: RequestContext,
  wantedAppId: string | null | undefined,
  wantedUserId: string | null | undefined,
): Promise<AsyncIterableIterator<Requirement>> {
  const userId = readUserId(wantedUserId);
  const { id: appId, projectId } = await requireCalledApp(context, wantedAppId);
  const { db } = context.deps;
  // The user may appear only later, and events must still be sent after the user was deleted. So the
  // id is kept.
  let endUserId: string | undefined;
  const isUser = async (id: string) => {
    const where = { appId_userId: { appId, userId } };
    endUserId ??= (await db.endUser.findUnique({ where, select: { id: true } }))?.id;
    return endUserId === id;
  };
  await isUser('');
  return openStream(context, {
    projectId,
    isAbout: (change) => change.connectionId === null && change.appId === appId,
    tell: async (change) =>
      change.connectionId === null && (await isUser(change.endUserId))
        ? loadChangedRequirement(context, appId, change)
        : undefined,
    requireRight: async () => {
      requireRole(context.viewer, 'viewer');
      await requireCalledApp(context, appId);
    },
  });
}

/** Loads a requirement; undefined if it was deleted. */
async function loadChangedRequirement(
  { deps }: RequestContext,
  appId: string,
  change: Change,
): Promise<Requirement | undefined> {
  if (change.connectionId !== null) return undefined;
  const where = { id: change.requirementId, appId };
  return (await deps.db.requirement.findFirst({ where })) ?? undefined;
}

function readUserId(given: string | null | undefined): string {
  const parsed = userIdInput.safeParse(given);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'cannot be blank';
  throw new InvalidInputError([{ path: 'userId', message }]);
}
