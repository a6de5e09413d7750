import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent, recordEvent } from '../../core/audit/audit.service.ts';
import { hashUserId } from '../../core/audit/user-hash.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/** A user, as the app names them. */
export type UserOfApp = { appId: string; userId: string };

/**
 * Forgets a user of an app, with everything that they linked or have begun; their connect tokens end.
 * What they consented to is revoked at its provider as well as it goes, and their accounts at Pipedream
 * are deleted there.
 *
 * @returns how many links there were; none for a user who never came.
 * @throws NotFoundError for the app.
 */
export async function deleteEndUser(
  context: RequestContext,
  { appId, userId }: UserOfApp,
): Promise<number> {
  const { deps } = context;
  const app = await requireApp(context, appId);
  const user = await deps.db.endUser.findFirst({
    where: { appId: app.id, userId },
    select: { id: true },
  });
  const happening = { action: 'link.delete', projectId: app.projectId };
  const about = { app: app.id, user: await hashUserId(deps, app.id, userId) };
  if (user === null) {
    await recordEvent(context, { ...happening, detail: { ...about, links: 0 } });
    return 0;
  }
  const endUserId = user.id;
  const remove = () =>
    deps.db.$transaction(async (tx) => {
      // The user first, as all others do: see lock-user.ts.
      await tx.$queryRaw`SELECT 1 FROM end_user WHERE id = ${endUserId}::uuid FOR UPDATE`;
      const count = await tx.endUserLink.count({ where: { endUserId } });
      await tx.endUser.deleteMany({ where: { id: endUserId } }); // and all that hangs on them
      const detail = { ...about, links: count };
      await tx.auditEvent.create({ data: auditEvent(context, { ...happening, detail }) });
      return count;
    });
  const links = await revokingTokens(deps, { endUserId }, remove);
  announceChanges(deps);
  void deleteUnlinkedAccounts(deps);
  return links;
}

async function requireApp({ deps, viewer }: RequestContext, id: string) {
  const project = visibleProjects(requireMember(viewer));
  const app = isUuid(id)
    ? await deps.db.app.findFirst({ where: { id, project }, select: { id: true, projectId: true } })
    : null;
  if (app === null) throw new NotFoundError('app');
  return app;
}
