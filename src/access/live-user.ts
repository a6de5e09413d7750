import type { Prisma } from '../db/generated/client.ts';
import { Role } from '../db/generated/enums.ts';

/** Whether the person of a personal access token may change connections of this project. */
export async function isLiveUser(
  db: Prisma.TransactionClient,
  tokenId: string,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<boolean> {
  const role = { in: [Role.editor, Role.admin] };
  const token = await db.personalAccessToken.findFirst({
    where: {
      id: tokenId,
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
      user: {
        organizationId,
        OR: [
          { memberships: { some: { projectId, role } } },
          { role, memberships: { none: { projectId } } },
        ],
      },
    },
    select: { id: true },
  });
  return token !== null;
}
