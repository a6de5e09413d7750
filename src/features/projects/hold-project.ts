import type { Prisma } from '../../platform/db/generated/client.ts';

/**
 * Locks a project before anything in it is locked, so that it cannot be deleted until the transaction
 * ends. It returns false if the project is already deleted.
 */
export async function holdProject(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM project WHERE id = ${id}::uuid FOR KEY SHARE`;
  return held.length > 0;
}
