import { z } from 'zod';
import { requireMember } from '../access/roles.ts';
import { visibleConnections } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import { announceChanges } from '../changes/announce-changes.ts';
import { requireUnreferenced } from '../connection-references/require-unreferenced.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { revokingTokens } from '../oauth/revoke.service.ts';
import { operation } from '../operations/operation.ts';

/**
 * Fails with ForbiddenError for a system-managed connection, and with ConflictError for one that something
 * refers to. Its token is revoked at the provider.
 */
export const deleteConnection = operation({
  name: 'deleteConnection',
  description: 'Deletes a connection and everything that was sealed for it.',
  role: 'editor',
  audit: 'connection.delete',
  connection: 'id',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { id }) => {
    const viewer = requireMember(context.viewer);
    if (!isUuid(id)) throw new NotFoundError('connection');
    const mine = { AND: [{ id }, visibleConnections(viewer)] };
    const remove = () =>
      context.deps.db.$transaction(async (tx) => {
        const connection = await tx.connection.findFirst({
          where: mine,
          select: { id: true, isSystem: true, projectId: true, name: true },
        });
        if (connection === null) throw new NotFoundError('connection');
        if (connection.isSystem) {
          throw new ForbiddenError('A system-managed connection cannot be deleted.');
        }
        await requireUnreferenced(tx, connection.id);
        const { count } = await tx.connection.deleteMany({ where: mine });
        if (count === 0) throw new NotFoundError('connection');
        const { projectId, name } = connection;
        const event = {
          action: 'connection.delete',
          projectId,
          connectionId: id,
          detail: { name },
        };
        await tx.auditEvent.create({ data: auditEvent(context, event) });
        return connection.id;
      });
    const deletedId = await revokingTokens(context.deps, mine, remove);
    announceChanges(context.deps);
    return { id: deletedId };
  },
});
