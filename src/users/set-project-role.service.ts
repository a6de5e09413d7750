import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleProjects } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { Role } from '../db/generated/enums.ts';
import { NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { holdProject } from '../projects/hold-project.ts';
import { lockUser } from './lock-user.ts';

export type ProjectRole = {
  userId: string;
  projectId: string;
  /** Null takes it away: the organization's counts again. */
  role?: Role | null | undefined;
};

/**
 * Gives a person a role in one project, in the place of the one in the organization. Only an admin of
 * the project may, who has more than any role that this can give.
 *
 * @returns the person's id.
 * @throws NotFoundError for either.
 */
export async function setProjectRole(
  context: RequestContext,
  { userId: givenId, projectId: givenProjectId, role = null }: ProjectRole,
): Promise<string> {
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
    return userId;
  });
}

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
