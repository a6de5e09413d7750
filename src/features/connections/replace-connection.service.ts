import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { placeOf } from './connection-references.service.ts';
import { lockConnections } from './lock-connections.ts';

/** What refers to both connections keeps the reference that it has to the new one. */
export const replaceConnection = operation({
  name: 'replaceConnection',
  description:
    'Moves all references from one connection to another of the same type and project, in one transaction. It returns the replacement.',
  role: 'editor',
  audit: 'reference.add',
  connection: 'id',
  input: z.object({ id: z.string(), withId: z.string() }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id, withId }) => {
    const viewer = requireMember(context.viewer);
    const most = context.deps.config.limits.references;
    return context.deps.db.$transaction(async (tx) => {
      const [from, to] = await lockConnections(tx, viewer, [id, withId]);
      if (from === undefined || to === undefined) throw new NotFoundError('connection');
      if (from.id === to.id) throw mismatch('must be another connection');
      if (from.projectId !== to.projectId) throw mismatch('must be of the same project');
      if (from.type !== to.type) throw mismatch('must be of the same type');
      const moved = await moveReferences(tx, from.id, to.id);
      if ((await tx.connectionReference.count({ where: { connectionId: to.id } })) > most) {
        throw mismatch(`would have more than ${most} references, which is the limit`);
      }
      const taken = { action: 'reference.remove', ...placeOf(from), detail: { moved, to: to.id } };
      const given = { action: 'reference.add', ...placeOf(to), detail: { moved, from: from.id } };
      await tx.auditEvent.createMany({ data: [taken, given].map((e) => auditEvent(context, e)) });
      return { id: to.id };
    });
  },
});

function mismatch(message: string): InvalidInputError {
  return new InvalidInputError([{ path: 'withId', message }]);
}

async function moveReferences(
  tx: Prisma.TransactionClient,
  fromId: string,
  toId: string,
): Promise<number> {
  const moved = await tx.$executeRaw`
    UPDATE connection_reference r SET connection_id = ${toId}::uuid
    WHERE connection_id = ${fromId}::uuid AND NOT EXISTS (
      SELECT 1 FROM connection_reference k
      WHERE k.connection_id = ${toId}::uuid AND k.kind = r.kind AND k.external_id = r.external_id)`;
  await tx.connectionReference.deleteMany({ where: { connectionId: fromId } });
  return moved;
}
