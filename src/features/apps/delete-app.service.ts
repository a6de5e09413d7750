import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleApps } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { holdProject } from '../projects/hold-project.ts';
import { detailOf } from './app-event.ts';

/**
 * Deletes an app with its requirements, its end users and all that they linked; what they consented to
 * is revoked at its provider as well as it goes.
 *
 * @returns its former id.
 * @throws NotFoundError
 */
export async function deleteApp(context: RequestContext, id: string): Promise<string> {
  const { deps, viewer } = context;
  if (!isUuid(id)) throw new NotFoundError('app');
  const mine = { AND: [{ id }, visibleApps(requireMember(viewer))] };
  const remove = () =>
    deps.db.$transaction(async (tx) => {
      const app = await tx.app.findFirst({ where: mine });
      if (app === null) throw new NotFoundError('app');
      if (!(await holdProject(tx, app.projectId))) throw new NotFoundError('app');
      // Project, app, requirements, users, links: whoever links or unlinks locks in this order, so that nobody
      // waits in a circle.
      await tx.$queryRaw`SELECT 1 FROM app WHERE id = ${app.id}::uuid FOR UPDATE`;
      await tx.$queryRaw`
      SELECT count(*) FROM (SELECT 1 FROM requirement WHERE app_id = ${app.id}::uuid ORDER BY id FOR UPDATE) r`;
      await tx.$queryRaw`
      SELECT count(*) FROM (SELECT 1 FROM end_user WHERE app_id = ${app.id}::uuid ORDER BY id FOR UPDATE) u`;
      await tx.endUserLink.deleteMany({ where: { requirement: { appId: app.id } } });
      const { count } = await tx.app.deleteMany({ where: { id: app.id } });
      if (count === 0) throw new NotFoundError('app'); // another deletion was first
      const event = { action: 'app.delete', projectId: app.projectId, detail: detailOf(app) };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return app.id;
    });
  return revokingTokens(deps, { requirement: { app: mine } }, remove);
}
