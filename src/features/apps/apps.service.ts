import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleApps } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import { ConflictError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { holdProject } from '../projects/hold-project.ts';
import { requireVisibleProject } from '../projects/visible-project.ts';
import { type AppChanges, type AppFields, readApp, readAppChanges } from './app.input.ts';
import { detailOf } from './app-event.ts';

/**
 * Makes an app in a project.
 *
 * @returns its id.
 * @throws InvalidInputError, NotFoundError for the project, ConflictError for the hostname.
 */
export async function createApp(
  context: RequestContext,
  { projectId: wantedProject, ...fields }: AppFields & { projectId: string },
): Promise<string> {
  const { db, config } = context.deps;
  const columns = readApp(config, fields);
  const projectId = await requireVisibleProject(context, wantedProject);
  const app = { id: newId(), ...columns };
  const event = { action: 'app.create', projectId, detail: detailOf(app) };
  const create = db.$transaction(async (tx) => {
    if (!(await holdProject(tx, projectId))) throw new NotFoundError('project'); // deleted meanwhile
    await tx.app.create({ data: { ...app, projectId }, select: { id: true } });
    await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
  });
  await create.catch(refuseTakenHostname);
  return app.id;
}

/**
 * Changes an app; what is left out or null stays as it is.
 *
 * @throws InvalidInputError, NotFoundError, ConflictError for the hostname.
 */
export async function updateApp(
  context: RequestContext,
  { id, ...fields }: AppChanges & { id: string },
): Promise<void> {
  const { db, config } = context.deps;
  const data = readAppChanges(config, fields);
  if (!isUuid(id)) throw new NotFoundError('app');
  const where = { AND: [{ id }, visibleApps(requireMember(context.viewer))] };
  const update = db.$transaction(async (tx) => {
    const isEmpty = Object.keys(data).length === 0; // then no row would be returned
    const app = isEmpty
      ? await tx.app.findFirst({ where })
      : (await tx.app.updateManyAndReturn({ where, data }))[0];
    if (!app) throw new NotFoundError('app');
    const event = { action: 'app.update', projectId: app.projectId, detail: detailOf(app) };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
  });
  await update.catch(refuseTakenHostname);
}

function refuseTakenHostname(error: unknown): never {
  if (!isUniqueViolation(error, 'hostname')) throw error;
  throw new ConflictError('The hostname is taken by another app.', undefined, { cause: error });
}
