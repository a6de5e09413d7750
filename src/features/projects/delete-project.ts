import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isStorable, isUuid } from '../../platform/input.ts';

/** What was sealed with the project's data keys can be opened only with a backup and its master key. */
export const deleteProject = operation({
  name: 'deleteProject',
  description:
    'Deletes a project with everything in it, and destroys its data keys. Only its admins can call it.',
  role: 'admin',
  audit: 'project.delete',
  input: z.object({
    id: z.string(),
    /** Its name again, to the letter. */
    confirm: z.string(),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id: givenId, confirm }) => {
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
    return { id: deletedId };
  },
});

const notItsName = { path: 'confirm', message: 'must be the exact name of the project' };
