import { includesRole } from '../access/includes-role.ts';
import { requireRoleEverywhere } from '../access/own-limits.ts';
import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { auditEvent } from '../audit/audit.service.ts';
import { isUniqueViolation } from '../db/errors.ts';
import type { Role } from '../db/generated/enums.ts';
import { ConflictError } from '../errors.ts';
import { foldEmail } from '../fold-case.ts';
import { newId } from '../new-id.ts';
import { lockUser } from './lock-user.ts';

export type NewUser = { email: string; name: string; role?: Role | null | undefined };

/**
 * Adds a person to the caller's organization, with no more role than the caller has.
 *
 * @returns their id.
 * @throws ForbiddenError, ConflictError for the email.
 */
export async function createUser(
  context: RequestContext,
  { email, name, role = null }: NewUser,
): Promise<string> {
  const viewer = requireMember(context.viewer);
  if (role !== null) requireRoleEverywhere(viewer, role);
  const { db } = context.deps;
  const { organizationId } = viewer;
  const id = newId();
  const data = { id, organizationId, email, emailFolded: foldEmail(email), name, role };
  const event = { action: 'user.create', detail: { user: id, role } };
  try {
    await db.$transaction([
      db.user.create({ data, select: { id: true } }),
      db.auditEvent.create({ data: auditEvent(context, event), select: { id: true } }),
    ]);
  } catch (error) {
    throw emailTaken(error) ?? error;
  }
  return id;
}

export type UserChanges = {
  id: string;
  name?: string | null | undefined;
  /** Null takes it away; absent leaves it. */
  role?: Role | null | undefined;
};

/**
 * Changes a person's name or role in the organization; their next request is answered by it.
 *
 * @returns their id.
 * @throws NotFoundError, ForbiddenError.
 */
export async function updateUser(
  context: RequestContext,
  { id: givenId, name, role }: UserChanges,
): Promise<string> {
  const viewer = requireMember(context.viewer);
  return context.deps.db.$transaction(async (tx) => {
    const { id, organizationRole } = await lockUser(tx, viewer.organizationId, givenId);
    if (role != null && isRaise(organizationRole, role)) requireRoleEverywhere(viewer, role);
    const data = { ...(name != null && { name }), ...(role !== undefined && { role }) };
    await tx.user.update({ where: { id }, data, select: { id: true } });
    const detail = { user: id, ...(role !== undefined && { role }) };
    await tx.auditEvent.create({ data: auditEvent(context, { action: 'user.update', detail }) });
    return id;
  });
}

/**
 * Removes a person, their roles and their tokens, at once.
 *
 * @returns their former id.
 * @throws NotFoundError.
 */
export async function deleteUser(context: RequestContext, givenId: string): Promise<string> {
  const { organizationId } = requireMember(context.viewer);
  return context.deps.db.$transaction(async (tx) => {
    const { id, name } = await lockUser(tx, organizationId, givenId);
    await tx.user.delete({ where: { id }, select: { id: true } });
    const event = { action: 'user.delete', detail: { user: id, name } };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
    return id;
  });
}

function isRaise(from: Role | null, to: Role): boolean {
  return from === null || !includesRole(from, to);
}

function emailTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'organization_id', 'email_folded')) return undefined;
  return new ConflictError('The organization already has a user of this email.', undefined, {
    cause: error,
  });
}
