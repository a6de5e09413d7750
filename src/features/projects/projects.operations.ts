import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { isLoopback } from '../../platform/config/config.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isStorable, isUuid, nameText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';

/** Maximum number of redirect URLs of a project. */
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

/** Reads a project. It returns null if the project does not exist or the caller cannot reach it. */
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

/** Creates a project. It fails with ForbiddenError for an organization that is not the caller's. */
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
      throw projectNameTaken(error) ?? error;
    }
    return { id };
  },
});

/** Changes a project. A field that is left out or null stays as it is. */
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
      // An update without a column counts no row, although the project exists.
      const isEmpty = Object.keys(data).length === 0;
      const { count } = isEmpty
        ? { count: await tx.project.count({ where }) }
        : await tx.project.updateMany({ where, data });
      if (count === 0) throw new NotFoundError('project');
      await tx.auditEvent.create({ data: auditEvent(context, event) });
    });
    await update.catch((error: unknown) => {
      throw projectNameTaken(error) ?? error;
    });
    return { id };
  },
});

function texts(urls: readonly URL[] | null | undefined): string[] {
  return (urls ?? []).map(String);
}

function projectNameTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'organization_id', 'name')) return undefined;
  return new ConflictError(
    'The organization already has a project with this name. Choose another name.',
    undefined,
    {
      cause: error,
    },
  );
}

/**
 * Whether the browser may go to a URL after a consent. It must be https, except on a loopback address,
 * where the request never leaves the person's machine.
 */
function isRedirectUrl(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') return false;
  return !url.hash && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host)));
}

/**
 * Deletes a project, its data keys included. After that, its sealed values can be opened only with a backup
 * of the database and the master key of that time.
 */
export const deleteProject = operation({
  name: 'deleteProject',
  description:
    'Deletes a project with everything in it, and destroys its data keys. Only its admins can call it.',
  role: 'admin',
  audit: 'project.delete',
  input: z.object({
    id: z.string(),
    /** The exact name of the project, as a protection against mistakes. */
    confirm: z.string(),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id: givenId, confirm }) => {
    const viewer = requireMember(context.viewer);
    if (!isUuid(givenId)) throw new NotFoundError('project');
    const named = isStorable(confirm) ? confirm : ''; // no project has a blank name
    const project = { AND: [{ id: givenId, name: named }, visibleProjects(viewer)] };
    const remove = () =>
      context.deps.db.$transaction(async (tx) => {
        const where = { AND: [{ id: givenId }, visibleProjects(viewer)] };
        const project = await tx.project.findFirst({ where });
        if (project === null) throw new NotFoundError('project');
        const { id, name } = project;
        if (confirm !== name) throw new InvalidInputError([notItsName]);
        // Locks the data keys and then the project, as every write of a sealed value does. So a write that
        // has begun ends first, and no other write begins.
        await tx.$queryRaw`SELECT 1 FROM data_key WHERE project_id = ${id}::uuid ORDER BY id FOR UPDATE`;
        await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${id}::uuid FOR UPDATE`;
        await tx.connection.deleteMany({ where: { projectId: id } });
        await tx.app.deleteMany({ where: { projectId: id } });
        await tx.dataKey.deleteMany({ where: { projectId: id } });
        const { count } = await tx.project.deleteMany({ where });
        if (count === 0) throw new NotFoundError('project'); // another call was faster
        const event = { action: 'project.delete', projectId: id, detail: { name } };
        await tx.auditEvent.create({ data: auditEvent(context, event) });
        return id;
      });
    const deletedId = await revokingTokens(context.deps, { project }, remove);
    announceChanges(context.deps);
    return { id: deletedId };
  },
});

const notItsName = { path: 'confirm', message: 'must be the exact name of the project' };
