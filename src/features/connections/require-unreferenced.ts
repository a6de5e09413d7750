import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError } from '../../platform/errors.ts';

/** How many references a refusal names at most. */
const mostNamed = 100;

/**
 * Makes sure that nothing refers to a connection, nor will until the transaction ends.
 *
 * @throws ConflictError, whose details name what does, newest first.
 */
export async function requireUnreferenced(
  tx: Prisma.TransactionClient,
  connectionId: string,
): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM connection WHERE id = ${connectionId}::uuid FOR UPDATE`;
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
