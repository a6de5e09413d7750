import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';

type Place = { organizationId: string; projectId: string };

/** Whether the owner of a personal access token can change connections of this project. */
export async function isLiveToken(
  db: Prisma.TransactionClient,
  id: string,
  place: Place,
): Promise<boolean> {
  const isAhead = { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const where = { id, revokedAt: null, ...isAhead, user: editorsOf(place) };
  return (await db.personalAccessToken.findFirst({ where, select: { id: true } })) !== null;
}

/**
 * Does the same for a person who sent a token of the identity provider, even if that token has expired
 * since then.
 */
export async function isLivePerson(
  db: Prisma.TransactionClient,
  id: string,
  place: Place,
): Promise<boolean> {
  const where = { id, ...editorsOf(place) };
  return (await db.user.findFirst({ where, select: { id: true } })) !== null;
}

function editorsOf({ organizationId, projectId }: Place) {
  const role = { in: [Role.editor, Role.admin] };
  return {
    organizationId,
    OR: [
      { memberships: { some: { projectId, role } } },
      { role, memberships: { none: { projectId } } },
    ],
  } satisfies Prisma.UserWhereInput;
}
