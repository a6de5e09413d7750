import { z } from 'zod';
import { requireRoleEverywhere } from '../../core/access/own-limits.ts';
import { includesRole } from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import { type PageArgs, planPage } from '../../platform/db/keyset.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import {
  email,
  foldCase,
  foldEmail,
  isUuid,
  nameText,
  orBlank,
  searchedName,
} from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { lockProject } from '../projects/require-project.ts';
import { lockUser } from './lock-user.ts';

/** Lists a page of the people. Fails with InvalidInputError for the page. */
export const listUsers = operation({
  name: 'users',
  description: 'Lists the people of the organization, newest first. Only its admins can see them.',
  role: { organization: 'admin' },
  audit: undefined,
  input: z.object({
    search: orBlank(searchedName),
    page: z.custom<PageArgs>(), // planPage checks it
  }),
  errors: [],
  run: async ({ deps, viewer, selection }, { search, page }) => {
    const { db, config } = deps;
    const plan = planPage(page, 'createdAt', config.limits.pageSize);
    const { organizationId } = requireMember(viewer);
    const where = { organizationId, ...usersMatching(search) };
    const rows = await db.user.findMany({ ...selection, ...plan.range(where) });
    return plan.toPage(rows, () => db.user.count({ where }));
  },
});

/** Adds a person. It fails with ForbiddenError for a role that exceeds the role of the caller. */
export const createUser = operation({
  name: 'createUser',
  description: 'Adds a person to the organization. Only its admins can call it.',
  role: { organization: 'admin' },
  audit: 'user.create',
  input: z.object({ email, name: nameText(120), role: z.enum(Role).nullish() }),
  errors: [InvalidInputError, ForbiddenError, ConflictError],
  run: async (context, { email, name, role = null }) => {
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
    return { id };
  },
});

/**
 * Changes a person. The change counts from their next request on. Null removes the role; a role that is
 * left out stays as it is.
 */
export const updateUser = operation({
  name: 'updateUser',
  description:
    'Changes the name of a person or their role in the organization. Only its admins can call it.',
  role: { organization: 'admin' },
  audit: 'user.update',
  input: z.object({ id: z.string(), name: nameText(120).nullish(), role: z.enum(Role).nullish() }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id: givenId, name, role }) => {
    const viewer = requireMember(context.viewer);
    return context.deps.db.$transaction(async (tx) => {
      const { id, organizationRole } = await lockUser(tx, viewer.organizationId, givenId);
      if (role != null && isRaise(organizationRole, role)) requireRoleEverywhere(viewer, role);
      const data = { ...(name != null && { name }), ...(role !== undefined && { role }) };
      await tx.user.update({ where: { id }, data, select: { id: true } });
      const detail = { user: id, ...(role !== undefined && { role }) };
      await tx.auditEvent.create({ data: auditEvent(context, { action: 'user.update', detail }) });
      return { id };
    });
  },
});

/** Deletes a person. Their tokens and their project roles are deleted with them. */
export const deleteUser = operation({
  name: 'deleteUser',
  description:
    'Deletes a person together with their tokens. Only admins of the organization can call it.',
  role: { organization: 'admin' },
  audit: 'user.delete',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id: givenId }) => {
    const { organizationId } = requireMember(context.viewer);
    return context.deps.db.$transaction(async (tx) => {
      const { id, name } = await lockUser(tx, organizationId, givenId);
      await tx.user.delete({ where: { id }, select: { id: true } });
      const event = { action: 'user.delete', detail: { user: id, name } };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return { id };
    });
  },
});

function usersMatching(search: string | null | undefined) {
  if (!search) return {};
  // Escapes `_` and `%`, which are wildcards of LIKE, and `\\`, which escapes them.
  const part = (text: string) => text.replace(/[\\%_]/g, '\\$&');
  return {
    OR: [
      { name: { contains: part(search), mode: 'insensitive' } },
      { emailFolded: { contains: part(foldCase(search)) } },
    ],
  } satisfies Prisma.UserWhereInput;
}

/** Whether a change gives a person more rights. Only then must the caller have the new role. */
function isRaise(from: Role | null, to: Role): boolean {
  return from === null || !includesRole(from, to);
}

function emailTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'organization_id', 'email_folded')) return undefined;
  return new ConflictError(
    'The organization already has a user with this email address.',
    undefined,
    {
      cause: error,
    },
  );
}

/**
 * Sets or removes the role of a person in one project. It replaces the role in the organization there, so
 * it can also be a lower one. The caller is an admin of the project, so they have every role that they can
 * give.
 */
export const setProjectRole = operation({
  name: 'setProjectRole',
  description:
    'Gives a person a role in one project, which replaces their role in the organization there. Only admins of both can call it.',
  role: { organization: 'admin' },
  audit: 'user.set_project_role',
  input: z.object({ userId: z.string(), projectId: z.string(), role: z.enum(Role).nullish() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { userId: givenId, projectId: givenProjectId, role = null }) => {
    const viewer = requireMember(context.viewer);
    return context.deps.db.$transaction(async (tx) => {
      const projectId = await lockVisibleProject(tx, givenProjectId, visibleProjects(viewer));
      const { id: userId } = await lockUser(tx, viewer.organizationId, givenId);
      const key = { userId, projectId };
      if (role === null) await tx.membership.deleteMany({ where: key });
      else {
        const where = { userId_projectId: key };
        await tx.membership.upsert({ where, create: { ...key, role }, update: { role } });
      }
      const event = { action: 'user.set_project_role', projectId, detail: { user: userId, role } };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return { id: userId };
    });
  },
});

/** Locks a project that the caller can reach, so that it is not deleted before the role is stored. */
async function lockVisibleProject(
  tx: Prisma.TransactionClient,
  id: string,
  visible: Prisma.ProjectWhereInput,
): Promise<string> {
  if (!isUuid(id) || !(await lockProject(tx, id))) throw new NotFoundError('project');
  const where = { AND: [{ id }, visible] };
  const project = await tx.project.findFirst({ where, select: { id: true } });
  if (project === null) throw new NotFoundError('project');
  return project.id;
}
