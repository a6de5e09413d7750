import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleProjects } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import { announceChanges } from '../changes/announce-changes.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { isStorable, isUuid } from '../input.ts';
import { revokingTokens } from '../oauth/revoke.service.ts';

export type DoomedProject = {
  id: string;
  /** Its name again, to the letter. */
  confirm: string;
};

/**
 * Deletes a project with everything that it holds, and its data keys: what was sealed with them opens
 * nowhere any more, but with a backup and its master key.
 *
 * @returns its former id.
 * @throws NotFoundError, InvalidInputError when `confirm` is not its name.
 */
export async function deleteProject(
  context: RequestContext,
  { id: givenId, confirm }: DoomedProject,
): Promise<string> {
  const viewer = requireMember(context.viewer);
  if (!isUuid(givenId)) throw new NotFoundError('project');
  const named = isStorable(confirm) ? confirm : ''; // which no project is called
  const project = { AND: [{ id: givenId, name: named }, visibleProjects(viewer)] };
  const remove = () =>
    context.deps.db.$transaction(async (tx) => {
      const where = { AND: [{ id: givenId }, visibleProjects(viewer)] };
      const project = await tx.project.findFirst({ where });
      if (project === null) throw new NotFoundError('project');
      const { id, name } = project;
      if (confirm !== name) throw new InvalidInputError([notItsName]);
      // In the order in which writers lock: who seals for it now comes first, and nobody after.
      await tx.$queryRaw`SELECT 1 FROM data_key WHERE project_id = ${id}::uuid ORDER BY id FOR UPDATE`;
      await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${id}::uuid FOR UPDATE`;
      await tx.connection.deleteMany({ where: { projectId: id } });
      await tx.app.deleteMany({ where: { projectId: id } });
      await tx.dataKey.deleteMany({ where: { projectId: id } });
      const { count } = await tx.project.deleteMany({ where });
      if (count === 0) throw new NotFoundError('project'); // another call was faster
      const event = { action: 'project.delete', projectId: id, detail: { name } };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return id;
    });
  const deletedId = await revokingTokens(context.deps, { project }, remove);
  announceChanges(context.deps);
  return deletedId;
}

const notItsName = { path: 'confirm', message: 'must be the name of the project, to the letter' };
