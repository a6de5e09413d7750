import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleRequirements } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { holdProject } from '../projects/hold-project.ts';
import { detailOf } from './requirements.service.ts';

/** The tokens that users consented to are revoked at their providers. */
export const deleteRequirement = operation({
  name: 'deleteRequirement',
  description:
    'Deletes a requirement with everything that end users connected for it. Only admins of its project can call it.',
  role: 'admin',
  audit: 'requirement.delete',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
    const { deps, viewer } = context;
    if (!isUuid(id)) throw new NotFoundError('requirement');
    const mine = { AND: [{ id }, visibleRequirements(requireMember(viewer))] };
    const remove = () =>
      deps.db.$transaction(async (tx) => {
        const include = { app: { select: { projectId: true } } };
        const requirement = await tx.requirement.findFirst({ where: mine, include });
        if (requirement === null) throw new NotFoundError('requirement');
        const { id: requirementId, app } = requirement;
        if (!(await holdProject(tx, app.projectId))) throw new NotFoundError('requirement');
        // Project, requirement, links, connections: in this order, so that nobody waits in a circle.
        await tx.$queryRaw`SELECT 1 FROM requirement WHERE id = ${requirementId}::uuid FOR UPDATE`;
        await tx.endUserLink.deleteMany({ where: { requirementId } });
        const { count } = await tx.requirement.deleteMany({ where: { id: requirementId } });
        if (count === 0) throw new NotFoundError('requirement'); // another deletion was first
        const { projectId } = app;
        const event = { action: 'requirement.delete', projectId, detail: detailOf(requirement) };
        await tx.auditEvent.create({ data: auditEvent(context, event) });
        return requirementId;
      });
    return { id: await revokingTokens(deps, { requirement: mine }, remove) };
  },
});
