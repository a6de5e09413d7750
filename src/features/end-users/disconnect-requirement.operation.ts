import { z } from 'zod';
import { requireEndUser } from '../../core/access/roles.ts';
import { auditEvent, hashUserId } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { operation } from '../../core/operations/operation.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { ConflictError, NotFoundError } from '../../platform/errors.ts';
import { linkerOf, lockEndUser, OtherLinkError, removeLink } from '../requirements/links.ts';
import { takeAction } from './action-limits.ts';
import { loadRequirement } from './load-requirement.ts';

/**
 * Removes what the user linked for a requirement. The token of a consent is revoked at the provider, and an
 * account at Pipedream is deleted there, both best effort. It fails with TooManyRequestsError, with
 * NotFoundError if nothing is linked, and with ConflictError if the token may not remove the link.
 */
export const disconnectRequirement = operation({
  name: 'disconnectRequirement',
  description: "Disconnects and deletes what the connect token's user connected for a requirement.",
  role: 'end user',
  audit: 'link.delete',
  input: z.object({ requirementId: z.string() }),
  errors: [NotFoundError, ConflictError],
  run: async (context, { requirementId }) => {
    const { deps } = context;
    const viewer = requireEndUser(context.viewer);
    await takeAction(context, viewer);
    const requirement = await loadRequirement(deps.db, viewer, requirementId);
    const ofUser = { endUserId: viewer.endUserId, requirementId: requirement.id };
    const { jti, isAnonymous } = linkerOf(context.deps, viewer);
    const user = await hashUserId(deps, viewer.appId, viewer.userId);
    const remove = () =>
      deps.db.$transaction(async (tx) => {
        await lockEndUser(tx, ofUser);
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
    return { id: requirement.id };
  },
});
