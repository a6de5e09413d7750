import type { MemberViewer } from '../../core/access/viewer.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/** What references must know of a connection. */
export type LockedConnection = { id: string; projectId: string; type: string };

/**
 * Finds connections that the caller may see, in the order asked, and keeps them until the transaction
 * ends: none is deleted, and no other reference of theirs is written, meanwhile.
 *
 * @throws NotFoundError when one is not there.
 */
export async function lockConnections(
  tx: Prisma.TransactionClient,
  viewer: MemberViewer,
  ids: readonly string[],
): Promise<LockedConnection[]> {
  if (!ids.every(isUuid)) throw new NotFoundError('connection');
  // In the order of their ids, so that two who want the same ones never wait for each other.
  const held = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM connection WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const found = await tx.connection.findMany({
    where: { AND: [{ id: { in: held.map(({ id }) => id) } }, visibleConnections(viewer)] },
    select: { id: true, projectId: true, type: true },
  });
  return ids.map((id) => {
    const connection = found.find((row) => row.id === id.toLowerCase());
    if (connection === undefined) throw new NotFoundError('connection');
    return connection;
  });
}
