import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { holdProject } from '../projects/hold-project.ts';
import { lockUser } from './lock-user.ts';

/**
 * The role overrides the person's role in the organization; null takes it away. The caller is an admin
 * of the project, which includes every role that this can give.
 */
export const setProjectRole = operation({
  name: 'setProjectRole',
  description:
    'Gives a person a role in one project, which replaces their role in the organization there. Only admins of both can call it.',
  role: { organization: 'admin' },
  audit: 'user.set_project_role',
  input: z.object({ userId: z.string(), projectId: z.string(), role: z.enum(Role).nullish() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { userId: givenId, projectId: givenProjectId, role = null }) => {
    const viewer = requireMember(context.viewer);
    return context.deps.db.$transaction(async (tx) => {
      const projectId = await holdVisible(tx, givenProjectId, visibleProjects(viewer));
      const { id: userId } = await lockUser(tx, viewer.organizationId, givenId);
      const key = { userId, projectId };
      if (role === null) await tx.membership.deleteMany({ where: key });
      else {
        const where = { userId_projectId: key };
        await tx.membership.upsert({ where, create: { ...key, role }, update: { role } });
      }
      const event = { action: 'user.set_project_role', projectId, detail: { user: userId, role } };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return { id: userId };
    });
  },
});

async function holdVisible(
  tx: Prisma.TransactionClient,
  id: string,
  visible: Prisma.ProjectWhereInput,
): Promise<string> {
  if (!isUuid(id) || !(await holdProject(tx, id))) throw new NotFoundError('project');
  const where = { AND: [{ id }, visible] };
  const project = await tx.project.findFirst({ where, select: { id: true } });
  if (project === null) throw new NotFoundError('project');
  return project.id;
}
