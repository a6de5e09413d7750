import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { auditEvent, hashUserId, recordEvent } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isUuid, userId } from '../../platform/input.ts';

/**
 * Deletes an end user with everything that they linked or began, and ends their connect tokens. Their
 * consents are revoked at the providers, and their accounts at Pipedream are deleted there, both best
 * effort. For a user that the server has never seen it succeeds with 0 links, so that a caller can repeat
 * it.
 */
export const deleteEndUser = operation({
  name: 'deleteEndUser',
  description:
    'Deletes everything that an end user connected in an app, together with their connect tokens. Only admins of the project can call it.',
  role: 'admin',
  audit: 'link.delete',
  input: z.object({ appId: z.string(), userId }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { appId, userId }) => {
    const { deps } = context;
    const app = await requireApp(context, appId);
    const user = await deps.db.endUser.findFirst({
      where: { appId: app.id, userId },
      select: { id: true },
    });
    const entry = { action: 'link.delete', projectId: app.projectId };
    const about = { app: app.id, user: await hashUserId(deps, app.id, userId) };
    if (user === null) {
      await recordEvent(context, { ...entry, detail: { ...about, links: 0 } });
      return { userId, links: 0 };
    }
    const endUserId = user.id;
    const remove = () =>
      deps.db.$transaction(async (tx) => {
        // Locks the user first, as all other transactions do: see lockUser.
        await tx.$queryRaw`SELECT 1 FROM end_user WHERE id = ${endUserId}::uuid FOR UPDATE`;
        const count = await tx.endUserLink.count({ where: { endUserId } });
        await tx.endUser.deleteMany({ where: { id: endUserId } }); // deletes everything that belongs to the user
        const detail = { ...about, links: count };
        await tx.auditEvent.create({ data: auditEvent(context, { ...entry, detail }) });
        return count;
      });
    const links = await revokingTokens(deps, { endUserId }, remove);
    announceChanges(deps);
    void deleteUnlinkedAccounts(deps);
    return { userId, links };
  },
});

async function requireApp({ deps, viewer }: RequestContext, id: string) {
  const project = visibleProjects(requireMember(viewer));
  const app = isUuid(id)
    ? await deps.db.app.findFirst({ where: { id, project }, select: { id: true, projectId: true } })
    : null;
  if (app === null) throw new NotFoundError('app');
  return app;
}
