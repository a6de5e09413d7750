import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import { isLoopback } from '../../platform/config/config.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid, nameText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';

const mostRedirectUrls = 50;

const redirectUrls = z
  .array(
    z
      .instanceof(URL)
      .refine(
        isRedirectUrl,
        'must be an https URL, or http on a loopback address, without a fragment and without credentials',
      ),
  )
  .max(mostRedirectUrls, `cannot hold more than ${mostRedirectUrls}`)
  .nullish();

/** Reads a project. The output is null when the caller can see none of this id. */
export const readProject = operation({
  name: 'project',
  description:
    'Finds a project by its id. It returns null if the project does not exist or the caller cannot reach it.',
  role: 'viewer',
  audit: undefined,
  input: z.object({ id: z.string() }),
  errors: [],
  run: async ({ deps, viewer, selection }, { id }) => {
    if (!isUuid(id)) return null;
    const where = { AND: [{ id }, visibleProjects(requireMember(viewer))] };
    return deps.db.project.findFirst({ ...selection, where });
  },
});

/** Fails with ForbiddenError for an organization that is not the caller's. */
export const createProject = operation({
  name: 'createProject',
  description: 'Creates a project. Only admins of the organization can call it.',
  role: { organization: 'admin' },
  audit: 'project.create',
  input: z.object({ organizationId: z.string().nullish(), name: nameText(120), redirectUrls }),
  errors: [InvalidInputError, ForbiddenError, ConflictError],
  run: async (context, { organizationId, name, redirectUrls }) => {
    const { db } = context.deps;
    const viewer = requireMember(context.viewer);
    if (organizationId != null && organizationId.toLowerCase() !== viewer.organizationId) {
      throw new ForbiddenError('A credential can create projects only in its own organization.');
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
    return { id };
  },
});

/** What is left out or null stays as it is. */
export const updateProject = operation({
  name: 'updateProject',
  description: 'Changes the name or the redirect URLs of a project. Only its admins can call it.',
  role: 'admin',
  audit: 'project.update',
  input: z.object({ id: z.string(), name: nameText(120).nullish(), redirectUrls }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { id, name, redirectUrls }) => {
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
    return { id };
  },
});

function texts(urls: readonly URL[] | null | undefined): string[] {
  return (urls ?? []).map(String);
}

function nameTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'organization_id', 'name')) return undefined;
  return new ConflictError(
    'The organization already has a project with this name. Choose another name.',
    undefined,
    {
      cause: error,
    },
  );
}

function isRedirectUrl(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') return false;
  return !url.hash && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host)));
}
