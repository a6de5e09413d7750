import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { visibleApps } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { normalizeHost } from '../../platform/addresses.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { App } from '../../platform/db/generated/client.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { lockProject, requireVisibleProject } from '../projects/require-project.ts';
import { appChanges, changedColumns, newApp, pageColumns } from './app.input.ts';

/**
 * Reads an app. It returns null if the app does not exist or the caller cannot reach it, so that nobody
 * learns which ids and hostnames exist.
 */
export const readApp = operation({
  name: 'app',
  description:
    'Finds an app by its id or its hostname. It returns null if the app does not exist or the caller cannot reach it.',
  role: 'viewer',
  audit: undefined,
  input: z
    .object({ id: z.string().nullish(), hostname: z.string().nullish() })
    .refine(({ id, hostname }) => id != null || hostname != null, {
      path: ['id'],
      error: 'or hostname must be given',
    }),
  errors: [],
  run: async ({ deps, viewer, selection }, { id, hostname }) => {
    const host = hostname == null ? undefined : (normalizeHost(hostname) ?? null);
    if ((id != null && !isUuid(id)) || host === null) return null;
    const wanted = { ...(id != null && { id }), ...(host !== undefined && { hostname: host }) };
    const where = { AND: [wanted, visibleApps(requireMember(viewer))] };
    return deps.db.app.findFirst({ ...selection, where });
  },
});

/**
 * Creates an app. It fails with ConflictError if another app has the hostname, in any project of any
 * organization: a request carries nothing but the hostname to find its app.
 */
export const createApp = operation({
  name: 'createApp',
  description: 'Creates an app in a project. Only admins of the project can call it.',
  role: 'admin',
  audit: 'app.create',
  input: ({ config }) => newApp(config),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { projectId: wantedProject, connectPage, ...fields }) => {
    const { db } = context.deps;
    const projectId = await requireVisibleProject(context, wantedProject);
    const app = { id: newId(), ...fields, allowedOrigins: [], ...pageColumns(connectPage) };
    const event = { action: 'app.create', projectId, detail: appDetail(app) };
    const create = db.$transaction(async (tx) => {
      // Another call may have deleted the project since it was checked.
      if (!(await lockProject(tx, projectId))) throw new NotFoundError('project');
      await tx.app.create({ data: { ...app, projectId }, select: { id: true } });
      await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
    });
    await create.catch(refuseTakenHostname);
    return { id: app.id };
  },
});

/**
 * Changes an app. It fails with ConflictError if another app has the new hostname. The condition of the
 * update also authorizes it, so the caller cannot lose the right between a check and the update.
 */
export const updateApp = operation({
  name: 'updateApp',
  description: 'Changes an app. Only admins of its project can call it.',
  role: 'admin',
  audit: 'app.update',
  input: ({ config }) => appChanges(config),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { id, ...changes }) => {
    if (!isUuid(id)) throw new NotFoundError('app');
    const data = changedColumns(changes);
    const where = { AND: [{ id }, visibleApps(requireMember(context.viewer))] };
    const update = context.deps.db.$transaction(async (tx) => {
      // An update without a column returns no row, although the app exists.
      const isEmpty = Object.keys(data).length === 0;
      const app = isEmpty
        ? await tx.app.findFirst({ where })
        : (await tx.app.updateManyAndReturn({ where, data }))[0];
      if (!app) throw new NotFoundError('app');
      const event = { action: 'app.update', projectId: app.projectId, detail: appDetail(app) };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
    });
    await update.catch(refuseTakenHostname);
    return { id };
  },
});

/**
 * Deletes an app with everything that belongs to it. The consents of its end users are revoked at the
 * providers, best effort: a provider that is down must not keep the app alive.
 */
export const deleteApp = operation({
  name: 'deleteApp',
  description:
    'Deletes an app with its requirements and everything that its end users connected. Only admins of its project can call it.',
  role: 'admin',
  audit: 'app.delete',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
    const { deps, viewer } = context;
    if (!isUuid(id)) throw new NotFoundError('app');
    const mine = { AND: [{ id }, visibleApps(requireMember(viewer))] };
    const remove = () =>
      deps.db.$transaction(async (tx) => {
        const app = await tx.app.findFirst({ where: mine });
        if (app === null) throw new NotFoundError('app');
        if (!(await lockProject(tx, app.projectId))) throw new NotFoundError('app');
        // Locks the project, the app, its requirements and its users, in this order. Every transaction that
        // links or unlinks keeps the same order, so that no two of them wait for each other.
        await tx.$queryRaw`SELECT 1 FROM app WHERE id = ${app.id}::uuid FOR UPDATE`;
        await tx.$queryRaw`
          SELECT count(*) FROM (SELECT 1 FROM requirement WHERE app_id = ${app.id}::uuid ORDER BY id FOR UPDATE) r`;
        await tx.$queryRaw`
          SELECT count(*) FROM (SELECT 1 FROM end_user WHERE app_id = ${app.id}::uuid ORDER BY id FOR UPDATE) u`;
        await tx.endUserLink.deleteMany({ where: { requirement: { appId: app.id } } });
        const { count } = await tx.app.deleteMany({ where: { id: app.id } });
        if (count === 0) throw new NotFoundError('app'); // another deletion was first
        const event = { action: 'app.delete', projectId: app.projectId, detail: appDetail(app) };
        await tx.auditEvent.create({ data: auditEvent(context, event) });
        return { id: app.id };
      });
    return revokingTokens(deps, { requirement: { app: mine } }, remove);
  },
});

/** Returns the facts about a written app for the audit log. */
function appDetail({ id, name, hostname, visibility }: AppOfEvent) {
  return { app: id, name, hostname, visibility };
}

type AppOfEvent = Pick<App, 'id' | 'name' | 'hostname' | 'visibility'>;

/** Translates the violation of the unique hostname, and throws any other error as it is. */
function refuseTakenHostname(error: unknown): never {
  if (!isUniqueViolation(error, 'hostname')) throw error;
  throw new ConflictError('Another app has this hostname. Choose another hostname.', undefined, {
    cause: error,
  });
}
