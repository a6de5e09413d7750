import { z } from 'zod';
import {
  digestCredential,
  generatePersonalAccessToken,
  previewCredential,
} from '../../core/access/credential.ts';
import { requireLife, requireRoles } from '../../core/access/own-limits.ts';
import { requireMember, requireOrganization } from '../../core/access/roles.ts';
import { isPerson, type MemberViewer } from '../../core/access/viewer.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isUuid, nameText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { lockUser } from './lock-user.ts';

/**
 * Creates a personal access token. Without `userId` the caller owns it. Only a digest is stored, so the
 * result is the only copy.
 */
export const createPersonalAccessToken = operation({
  name: 'createPersonalAccessToken',
  description:
    'Creates a personal access token for yourself or, as an admin of the organization, for a person with no more permissions than you.',
  role: 'credential',
  audit: 'personal_access_token.create',
  input: z.object({
    name: nameText(120),
    userId: z.string().nullish(),
    expiresAt: z.date().nullish(),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { name, userId, expiresAt = null }) => {
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
      // The lock keeps the roles of the owner, so that the check below still holds when the token exists.
      const owner = await lockUser(tx, viewer.organizationId, ownerId);
      if (!isOwn) requireRoles(viewer, owner);
      const data = { id, userId: owner.id, name, createdBy: viewer.name, expiresAt, ...stored };
      await tx.personalAccessToken.create({ data, select: { id: true } });
      const detail = { personal_access_token: id, user: owner.id, name };
      const event = { action: 'personal_access_token.create', detail };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
    });
    return { id, secret };
  },
});

/**
 * Revokes a personal access token. It fails with NotFoundError for a token that is already revoked, so the
 * audit log has one revocation per token.
 */
export const revokePersonalAccessToken = operation({
  name: 'revokePersonalAccessToken',
  description:
    'Revokes a personal access token of your own or, as an admin of the organization, of any person.',
  role: 'credential',
  audit: 'personal_access_token.revoke',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
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
    return { id };
  },
});

/** Returns the condition for the owners whose tokens the caller can revoke. */
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
    { path: 'userId', message: 'cannot be blank: an access key has no owner, so name a user' },
  ]);
}

/** Checks a time by the clock of the database, which also decides when the token expires. */
async function requireAhead({ sql }: Deps, time: Date): Promise<void> {
  const text = 'SELECT $1::timestamptz > now() AS "isAhead"';
  const [row] = await sql<{ isAhead: boolean }>('is-ahead', text, [time]);
  if (row?.isAhead) return;
  throw new InvalidInputError([{ path: 'expiresAt', message: 'must be in the future' }]);
}
