import type { Prisma } from '../../platform/db/generated/client.ts';

/**
 * Keeps a project from being deleted until the transaction ends, before anything of it is locked; false
 * when it already is.
 */
export async function holdProject(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM project WHERE id = ${id}::uuid FOR KEY SHARE`;
  return held.length > 0;
}
