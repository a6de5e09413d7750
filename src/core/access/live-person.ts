import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';

type Place = { organizationId: string; projectId: string };

/** Whether the person of a personal access token may change connections of this project. */
export async function isLiveToken(
  db: Prisma.TransactionClient,
  id: string,
  place: Place,
): Promise<boolean> {
  const isAhead = { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const where = { id, revokedAt: null, ...isAhead, user: editorsOf(place) };
  return (await db.personalAccessToken.findFirst({ where, select: { id: true } })) !== null;
}

/** The same of a person who came with a token of the identity provider, which ended perhaps. */
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
