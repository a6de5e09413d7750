import type { PersonRoles } from '../../core/access/viewer.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

type LockedUser = PersonRoles & { id: string; name: string };

/**
 * Finds a person of an organization and locks the row, so that nobody else changes their roles until the
 * transaction ends. The roles are read after the lock, so they are the current ones.
 *
 * @throws NotFoundError.
 */
export async function lockUser(
  tx: Prisma.TransactionClient,
  organizationId: string,
  id: string,
): Promise<LockedUser> {
  if (!isUuid(id)) throw new NotFoundError('user');
  await tx.$queryRaw`SELECT id FROM user_account WHERE id = ${id}::uuid FOR UPDATE`;
  const user = await tx.user.findFirst({
    where: { id, organizationId },
    select: { id: true, name: true, role: true, memberships: true },
  });
  if (user === null) throw new NotFoundError('user');
  const projectRoles = new Map(user.memberships.map(({ projectId, role }) => [projectId, role]));
  return { id: user.id, name: user.name, organizationRole: user.role, projectRoles };
}
