import type { Prisma } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';

/** An end user and a requirement of the same app. */
export type OfUser = { endUserId: string; requirementId: string };

/**
 * Locks an end user for a change of a link, before anything else is locked. The order is requirement,
 * user, connection, grant. If every transaction keeps it, no two wait for each other.
 *
 * @throws NotFoundError if the requirement or the user was deleted.
 */
export async function lockUser(
  tx: Prisma.TransactionClient,
  { endUserId, requirementId }: OfUser,
): Promise<void> {
  const [user] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM requirement r JOIN end_user u ON u.app_id = r.app_id
    WHERE r.id = ${requirementId}::uuid AND u.id = ${endUserId}::uuid
    FOR KEY SHARE OF r FOR NO KEY UPDATE OF u`;
  if (user === undefined) throw new NotFoundError('requirement');
}
