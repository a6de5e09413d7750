import type { Prisma } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';

/** What a user brings, or brought, for a requirement of the same app. */
export type OfUser = { endUserId: string; requirementId: string };

/**
 * Locks a user for a change of what they brought for a requirement, before anything else is locked.
 * Requirement, user, connection, grant: who keeps this order never waits in a circle.
 *
 * @throws NotFoundError when the requirement or the user is no more.
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
