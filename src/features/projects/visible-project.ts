import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
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
