import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/**
 * Checks that the caller can see a project.
 *
 * @returns its id as the database writes it, even if the caller wrote the UUID differently.
 */
export async function requireVisibleProject(context: RequestContext, id: string): Promise<string> {
  const viewer = requireMember(context.viewer);
  const where = { AND: [{ id }, visibleProjects(viewer)] };
  const project = isUuid(id)
    ? await context.deps.db.project.findFirst({ where, select: { id: true } })
    : null;
  if (project === null) throw new NotFoundError('project');
  return project.id;
}

/**
 * Locks a project before anything in it is locked, so that it cannot be deleted until the transaction
 * ends. It returns false if the project is already deleted.
 */
export async function lockProject(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM project WHERE id = ${id}::uuid FOR KEY SHARE`;
  return held.length > 0;
}
