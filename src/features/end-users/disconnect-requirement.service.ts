import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser } from '../../core/access/roles.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { hashUserId } from '../../core/audit/user-hash.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { linkerOf, OtherLinkError, removeLink } from '../requirements/links.ts';
import { lockUser } from '../requirements/lock-user.ts';
import { takeAction } from './action-limits.ts';
import { loadRequirement } from './load-requirement.ts';

/**
 * Removes what a token's user brought for a requirement. Its token is revoked at the provider as well
 * as it goes; an account at Pipedream is deleted there.
 *
 * @returns the requirement's id.
 * @throws TooManyRequestsError, NotFoundError for a requirement that is not there, or has nothing linked; ConflictError when
 * the token may not remove what is linked.
 */
export async function disconnectRequirement(
  context: RequestContext,
  requirementId: string,
): Promise<string> {
  const { deps } = context;
  const viewer = requireEndUser(context.viewer);
  await takeAction(context, viewer);
  const requirement = await loadRequirement(deps.db, viewer, requirementId);
  const ofUser = { endUserId: viewer.endUserId, requirementId: requirement.id };
  const { jti, isAnonymous } = linkerOf(viewer);
  const user = await hashUserId(deps, viewer.appId, viewer.userId);
  const remove = () =>
    deps.db.$transaction(async (tx) => {
      await lockUser(tx, ofUser);
      const link = await removeLink(tx, ofUser);
      await tx.pipedreamLink.deleteMany({ where: isAnonymous ? { ...ofUser, jti } : ofUser });
      if (link === undefined) throw new NotFoundError('link');
      if (isAnonymous && link.jti !== jti) throw new OtherLinkError();
      const { connectionId } = link;
      const detail = { requirement: requirement.id, user };
      const event = { action: 'link.delete', connectionId, detail };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return link;
    });
  const removed = await revokingTokens(deps, { link: ofUser }, remove);
  announceChanges(deps);
  if (removed.pipedreamAccountId !== null) void deleteUnlinkedAccounts(deps);
  return requirement.id;
}
