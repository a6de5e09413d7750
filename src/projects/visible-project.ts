import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleProjects } from '../access/visibility.ts';
import { NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';

/**
 * Makes sure that a project exists for the caller.
 *
 * @returns its id as the database writes it, whatever spelling of the UUID was given.
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
