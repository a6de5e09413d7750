import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { requireUnreferenced } from './require-unreferenced.ts';

/**
 * Fails with ForbiddenError for a system-managed connection, and with ConflictError for one that something
 * refers to. Its token is revoked at the provider.
 */
export const deleteConnection = operation({
  name: 'deleteConnection',
  description:
    'Deletes a connection with its encrypted values. It fails with ConflictError while a reference to the connection exists.',
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
