import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { createConnectLink } from '../../core/pipedream/connect-api.ts';
import { requirePipedream } from '../../core/pipedream/send.ts';
import type { Authorization } from '../../oauth/consent/authorize-connection.operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';
import { digestWebhook } from '../requirements/awaited-accounts.ts';
import { linkerOf, lockEndUser, requireReplaceable } from '../requirements/links.ts';

/** The account to link at Pipedream. */
type AccountWanted = {
  requirementId: string;
  appSlug: string;
  /**
   * The address to which the browser goes afterwards; undefined to stay on the page of Pipedream.
   */
  returnUrl: string | undefined;
};

/**
 * Asks Pipedream for a link with which a user connects an account, and waits for the account from then on.
 *
 * @throws NotFoundError, ConflictError if the token may not replace what is linked, UpstreamError.
 */
export async function beginPipedreamLink(
  context: RequestContext,
  viewer: ConnectTokenViewer,
  { requirementId, appSlug, returnUrl }: AccountWanted,
): Promise<Authorization> {
  const { deps } = context;
  requirePipedream(deps);
  const ofUser = { endUserId: viewer.endUserId, requirementId };
  const linker = linkerOf(deps, viewer);
  // The request to Pipedream is outside of both transactions, so that no lock waits for a provider.
  const externalUserId = await deps.db.$transaction(async (tx) => {
    await lockEndUser(tx, ofUser);
    await requireReplaceable(tx, ofUser, linker);
    return await externalUser(tx, viewer);
  });
  const secret = randomBytes(32).toString('base64url');
  const link = await createConnectLink(deps, {
    externalUserId,
    appSlug,
    webhookUri: `${deps.config.publicUrl}/v1/pipedream/${secret}`,
    redirectUris: returnUrl === undefined ? undefined : returnAddresses(returnUrl),
  });
  const { id: jti, epoch, via, expiresAt: tokenExpiresAt, kid: tokenKid } = viewer;
  const token = { epoch, isAnonymous: via === 'anonymous', tokenExpiresAt, tokenKid };
  const awaited = { externalUserId, appSlug, webhookDigest: digestWebhook(secret) };
  const row = { id: newId(), ...ofUser, jti, ...token, ...awaited };
  const detail = { requirement: requirementId };
  const event = auditEvent(context, { action: 'connection.authorize', detail });
  await deps.db.$transaction(async (tx) => {
    await lockEndUser(tx, ofUser);
    await tx.pipedreamLink.deleteMany({ where: { ...ofUser, jti } }); // one for each token is enough
    await tx.pipedreamLink.create({ data: row, select: { id: true } });
    await tx.auditEvent.create({ data: event, select: { id: true } });
  });
  return link;
}

/**
 * Returns the id under which Pipedream knows the user. A token that was made without a key gets an id of
 * its own. So it can link only accounts that its own holder connected.
 */
async function externalUser(
  tx: Prisma.TransactionClient,
  { endUserId, id: jti, via }: ConnectTokenViewer,
): Promise<string> {
  const made = randomUUID();
  if (via === 'anonymous') {
    const own = await tx.pipedreamLink.findFirst({ where: { endUserId, jti } });
    return own?.externalUserId ?? made;
  }
  const user = await tx.endUser.findUniqueOrThrow({ where: { id: endUserId } });
  if (user.pipedreamUserId !== null) return user.pipedreamUserId;
  const data = { pipedreamUserId: made };
  await tx.endUser.update({ where: { id: endUserId }, data, select: { id: true } });
  return made;
}

/** Returns one address for each outcome. The query says which, in the same way as after a consent. */
function returnAddresses(returnUrl: string) {
  const address = (status: string) => {
    const url = new URL(returnUrl);
    url.searchParams.set('status', status);
    return url.href;
  };
  return { success: address('success'), error: address('error') };
}
