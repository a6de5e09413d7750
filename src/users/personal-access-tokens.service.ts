import {
  digestCredential,
  generatePersonalAccessToken,
  previewCredential,
} from '../access/credential.ts';
import { requireLife, requireRoles } from '../access/own-limits.ts';
import type { RequestContext } from '../access/request-context.ts';
import { requireMember, requireOrganization } from '../access/roles.ts';
import { isPerson, type MemberViewer } from '../access/viewer.ts';
import { auditEvent } from '../audit/audit.service.ts';
import type { Prisma } from '../db/generated/client.ts';
import { Role } from '../db/generated/enums.ts';
import type { Deps } from '../deps.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { newId } from '../new-id.ts';
import { lockUser } from './lock-user.ts';

export type NewPersonalAccessToken = {
  name: string;
  /** Absent: the caller themselves. */
  userId?: string | null | undefined;
  expiresAt?: Date | null | undefined;
};

/**
 * Makes a token for the caller, or for somebody who may no more than the caller, an admin.
 *
 * @returns its id, and the token itself, which is kept nowhere.
 * @throws InvalidInputError, NotFoundError for the user, ForbiddenError.
 */
export async function createPersonalAccessToken(
  context: RequestContext,
  { name, userId, expiresAt = null }: NewPersonalAccessToken,
): Promise<{ id: string; secret: string }> {
  const viewer = requireMember(context.viewer);
  const ownerId = userId ?? requireOwnId(viewer);
  const isOwn = isPerson(viewer) && ownerId.toLowerCase() === viewer.userId;
  if (!isOwn) requireOrganization(viewer, Role.admin);
  requireLife(viewer, expiresAt);
  if (expiresAt !== null) await requireAhead(context.deps, expiresAt);
  const secret = generatePersonalAccessToken();
  const id = newId();
  const stored = { digest: digestCredential(secret), preview: previewCredential(secret) };
  await context.deps.db.$transaction(async (tx) => {
    const owner = await lockUser(tx, viewer.organizationId, ownerId);
    if (!isOwn) requireRoles(viewer, owner);
    const data = { id, userId: owner.id, name, createdBy: viewer.name, expiresAt, ...stored };
    await tx.personalAccessToken.create({ data, select: { id: true } });
    const detail = { personal_access_token: id, user: owner.id, name };
    const event = { action: 'personal_access_token.create', detail };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
  });
  return { id, secret };
}

/**
 * Ends a token at once: one's own, or as an admin of the organization anybody's.
 *
 * @throws NotFoundError for one that is not within reach, or revoked already; ForbiddenError.
 */
export async function revokePersonalAccessToken(
  context: RequestContext,
  id: string,
): Promise<void> {
  const where = { id, revokedAt: null, user: ownersWithinReach(requireMember(context.viewer)) };
  if (!isUuid(id)) throw new NotFoundError('personal access token');
  await context.deps.db.$transaction(async (tx) => {
    const [token] = await tx.personalAccessToken.updateManyAndReturn({
      where,
      data: { revokedAt: new Date() },
      select: { userId: true, name: true },
    });
    if (token === undefined) throw new NotFoundError('personal access token');
    const detail = { personal_access_token: id, user: token.userId, name: token.name };
    const event = { action: 'personal_access_token.revoke', detail };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
  });
}

function ownersWithinReach(viewer: MemberViewer): Prisma.UserWhereInput {
  const { organizationId } = viewer;
  if (isPerson(viewer) && viewer.organizationRole !== Role.admin) {
    return { organizationId, id: viewer.userId };
  }
  requireOrganization(viewer, Role.admin);
  return { organizationId };
}

function requireOwnId(viewer: MemberViewer): string {
  if (isPerson(viewer)) return viewer.userId;
  throw new InvalidInputError([
    { path: 'userId', message: 'cannot be blank: an access key is nobody’s own' },
  ]);
}

async function requireAhead({ sql }: Deps, time: Date): Promise<void> {
  const text = 'SELECT $1::timestamptz > now() AS "isAhead"';
  const [row] = await sql<{ isAhead: boolean }>('is-ahead', text, [time]);
  if (row?.isAhead) return;
  throw new InvalidInputError([{ path: 'expiresAt', message: 'must be in the future' }]);
}
