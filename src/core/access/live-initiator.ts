import type { Prisma } from '../../platform/db/generated/client.ts';
import { AppVisibility, Role } from '../../platform/db/generated/enums.ts';

/** The credential that began something which a browser or a webhook completes later. */
export type Initiator = {
  /**
   * Kind and id: `access_key:<id>`, `personal_access_token:<id>`, `user:<id>` or `connect_token:<jti>`.
   */
  initiator: string;
  /** The epoch of a connect token; null for other credentials. */
  tokenEpoch: number | null;
  tokenIsAnonymous: boolean | null;
  tokenExpiresAt: Date | null;
  /**
   * The key that signed the connect token; null if an older version of this server stored the row.
   */
  tokenKid: string | null;
};

/** The project or the end user for which it was begun. */
type Subject = {
  organizationId: string;
  projectId: string;
  /** The end user; null if it is for the project itself. */
  endUserId: string | null;
};

/** Whether the credential that began something would still be allowed to begin it now. */
export async function isLiveInitiator(
  db: Prisma.TransactionClient,
  initiator: Initiator,
  subject: Subject,
): Promise<boolean> {
  const [kind, id = ''] = initiator.initiator.split(':');
  const { endUserId } = subject;
  if (kind === 'access_key' && endUserId === null) return isLiveAccessKey(db, id, subject);
  if (kind === 'personal_access_token' && endUserId === null) return isLiveToken(db, id, subject);
  if (kind === 'user' && endUserId === null) return isLivePerson(db, id, subject);
  if (kind === 'connect_token' && endUserId !== null) {
    return isLiveConnectToken(db, { ...initiator, jti: id }, endUserId);
  }
  return false;
}

/** Whether an access key can change connections of this project. */
async function isLiveAccessKey(
  db: Prisma.TransactionClient,
  id: string,
  { organizationId, projectId }: Subject,
): Promise<boolean> {
  const key = await db.accessKey.findFirst({
    where: {
      id,
      organizationId,
      revokedAt: null,
      role: { in: [Role.editor, Role.admin] },
      AND: [
        { OR: [{ projectId: null }, { projectId }] },
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      ],
    },
    select: { id: true },
  });
  return key !== null;
}

/** Whether a connect token still counts for its end user. */
async function isLiveConnectToken(
  db: Prisma.TransactionClient,
  { jti, tokenEpoch, tokenIsAnonymous, tokenExpiresAt, tokenKid }: Initiator & { jti: string },
  endUserId: string,
): Promise<boolean> {
  if (tokenEpoch === null || tokenExpiresAt === null || tokenExpiresAt <= new Date()) return false;
  if (tokenKid !== null && !(await isLiveKey(db, tokenKid))) return false;
  const user = await db.endUser.findFirst({
    where: {
      id: endUserId,
      epoch: tokenEpoch,
      app: {
        revokedTokens: { none: { jti } },
        // A token that was made without a key ends when the app turns private.
        ...(tokenIsAnonymous !== false && { visibility: AppVisibility.public }),
      },
    },
    select: { id: true },
  });
  return user !== null;
}

/** Whether tokens of a signing key still count. A compromised key ends all of its tokens. */
async function isLiveKey(db: Prisma.TransactionClient, id: string): Promise<boolean> {
  const isAhead = { OR: [{ verifiesUntil: null }, { verifiesUntil: { gt: new Date() } }] };
  return (await db.signingKey.count({ where: { id, ...isAhead } })) > 0;
}

type Place = { organizationId: string; projectId: string };

/** Whether the owner of a personal access token can change connections of this project. */
async function isLiveToken(
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
async function isLivePerson(
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
