import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleProjects } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import { isUniqueViolation } from '../db/errors.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { newId } from '../new-id.ts';

export type NewProject = {
  /** Absent: the caller's. */
  organizationId?: string | null | undefined;
  name: string;
  redirectUrls?: readonly URL[] | null | undefined;
};

/**
 * Makes a project in the caller's organization.
 *
 * @returns its id.
 * @throws ForbiddenError for another organization, ConflictError for the name.
 */
export async function createProject(
  context: RequestContext,
  { organizationId, name, redirectUrls }: NewProject,
): Promise<string> {
  const { db } = context.deps;
  const viewer = requireMember(context.viewer);
  if (organizationId != null && organizationId.toLowerCase() !== viewer.organizationId) {
    throw new ForbiddenError('A credential makes projects in its own organization only.');
  }
  const id = newId();
  const data = {
    id,
    organizationId: viewer.organizationId,
    name,
    redirectUrls: texts(redirectUrls),
  };
  const event = { action: 'project.create', detail: { project: id, name } };
  try {
    await db.$transaction([
      db.project.create({ data, select: { id: true } }),
      db.auditEvent.create({ data: auditEvent(context, event), select: { id: true } }),
    ]);
  } catch (error) {
    throw nameTaken(error) ?? error;
  }
  return id;
}

export type ProjectChanges = {
  id: string;
  name?: string | null | undefined;
  redirectUrls?: readonly URL[] | null | undefined;
};

/**
 * Changes a project; what is left out or null stays as it is.
 *
 * @throws NotFoundError, ConflictError for the name.
 */
export async function updateProject(
  context: RequestContext,
  { id, name, redirectUrls }: ProjectChanges,
): Promise<void> {
  const viewer = requireMember(context.viewer);
  if (!isUuid(id)) throw new NotFoundError('project');
  const data = {
    ...(name != null && { name }),
    ...(redirectUrls != null && { redirectUrls: texts(redirectUrls) }),
  };
  const event = { action: 'project.update', projectId: id };
  const update = context.deps.db.$transaction(async (tx) => {
    const where = { AND: [{ id }, visibleProjects(viewer)] };
    const isEmpty = Object.keys(data).length === 0; // then updateMany counts no row
    const { count } = isEmpty
      ? { count: await tx.project.count({ where }) }
      : await tx.project.updateMany({ where, data });
    if (count === 0) throw new NotFoundError('project');
    await tx.auditEvent.create({ data: auditEvent(context, event) });
  });
  await update.catch((error: unknown) => {
    throw nameTaken(error) ?? error;
  });
}

function texts(urls: readonly URL[] | null | undefined): string[] {
  return (urls ?? []).map(String);
}

function nameTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'organization_id', 'name')) return undefined;
  return new ConflictError('The organization already has a project of this name.', undefined, {
    cause: error,
  });
}
