import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import { eventValues } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { deleteConnectionRow, lockConnectionRows } from './locked-connections.store.ts';

/**
 * Deletes a connection. Its tokens are revoked at the provider, best effort. It fails with ForbiddenError
 * for a system-managed connection, and with ConflictError for a connection that has references.
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
        const [connection] = await lockConnectionRows(tx, viewer, [id]);
        if (connection === undefined) throw new NotFoundError('connection');
        if (connection.isSystem) {
          throw new ForbiddenError('A system-managed connection cannot be deleted.');
        }
        await requireUnreferenced(tx, connection.id);
        const event = {
          action: 'connection.delete',
          projectId: connection.projectId,
          connectionId: connection.id,
          detail: { name: connection.name },
        };
        await deleteConnectionRow(tx, connection.id, eventValues(context, event));
        return connection.id;
      });
    const deletedId = await revokingTokens(context.deps, mine, remove);
    announceChanges(context.deps);
    return { id: deletedId };
  },
});

/** Maximum number of references that the error names. */
const mostNamed = 100;

/**
 * Makes sure that a locked connection has no references. The lock keeps others from adding one until the
 * connection is deleted.
 *
 * @throws ConflictError, whose details name its references, newest first.
 */
async function requireUnreferenced(
  tx: Prisma.TransactionClient,
  connectionId: string,
): Promise<void> {
  const references = await tx.connectionReference.findMany({
    where: { connectionId },
    select: { id: true, kind: true, externalId: true, label: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: mostNamed,
  });
  if (references.length === 0) return;
  throw new ConflictError(
    'The connection is in use: remove its references, or move them with replaceConnection.',
    { references },
  );
}
