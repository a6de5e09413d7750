import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser } from '../../core/access/roles.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { currentStatus } from '../requirements/current-status.ts';

/** Lists the requirements of the connect token's app, oldest first. */
export const connectRequirements = operation({
  name: 'connectRequirements',
  description: "Lists the requirements of the connect token's app.",
  role: 'end user',
  audit: undefined,
  input: z.object({}),
  errors: [],
  run: (context) => loadRequirements(context),
});

/** Lists the requirements of the connect token's app, each with its status for the token's user. */
export const connectRequirementsStatus = operation({
  name: 'connectRequirementsStatus',
  description: "Lists the requirements of the connect token's app with the user's status.",
  role: 'end user',
  audit: undefined,
  input: z.object({}),
  errors: [],
  run: async (context) => {
    const { endUserId } = requireEndUser(context.viewer);
    const requirements = await loadRequirements(context);
    return Promise.all(
      requirements.map(async (requirement) => {
        const link = { endUserId, requirementId: requirement.id };
        const { status } = await currentStatus(context.deps, link);
        return { requirement, status };
      }),
    );
  },
});

function loadRequirements({ deps, viewer }: RequestContext): Promise<Requirement[]> {
  const { appId } = requireEndUser(viewer);
  return deps.db.requirement.findMany({
    where: { appId },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
}
