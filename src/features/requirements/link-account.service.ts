import { setTimeout as wait } from 'node:timers/promises';
import { isLiveInitiator } from '../../core/access/live-initiator.ts';
import { hashUserId } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { listHealthyAccounts } from '../../core/pipedream/connect-api.ts';
import { deleteUnlinkedAccounts } from '../../core/pipedream/unlinked-accounts.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { type AwaitedAccount, accountCheckPause, claimByWebhook } from './awaited-accounts.ts';
import { lockEndUser, replaceLink, requireReplaceable } from './links.ts';

/**
 * Asks Pipedream for an account that a user is connecting, and links it if it exists by now. It replaces
 * what was linked before. Only the response of Pipedream counts, not who triggered the question.
 *
 * @returns whether something was linked.
 */
export async function linkAwaitedAccount(
  deps: Deps,
  awaited: AwaitedAccount,
  requestId: string,
): Promise<boolean> {
  try {
    const ids = await listHealthyAccounts(deps, awaited);
    const linked = ids.length > 0 && (await linkOneOf(deps, ids, awaited, requestId));
    if (linked) {
      announceChanges(deps);
      void deleteUnlinkedAccounts(deps);
    }
    return linked;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { requirementId } = awaited;
    deps.log.warn(
      { err: error, requirementId, requestId },
      'could not check for a linked account; will try again',
    );
    return false;
  }
}

/** Links in one transaction. The token is checked again, because it can end while Pipedream is asked. */
async function linkOneOf(
  deps: Deps,
  ids: readonly string[],
  awaited: AwaitedAccount,
  requestId: string,
): Promise<boolean> {
  const { endUserId, requirementId, jti, isAnonymous, externalUserId, appSlug } = awaited;
  const ofUser = { endUserId, requirementId };
  const user = await hashUserId(deps, awaited.appId, awaited.userId);
  const linker = { jti, isAnonymous, types: deps.connectionTypes };
  return deps.db.$transaction(async (tx) => {
    await lockEndUser(tx, ofUser);
    if (!(await isStillAwaited(tx, awaited))) return false;
    await requireReplaceable(tx, ofUser, linker);
    const account = await addFirstNew(tx, ids, { externalUserId, appSlug });
    if (account === undefined) return false;
    await replaceLink(tx, ofUser, jti, { connectionId: null, pipedreamAccountId: account });
    await tx.pipedreamLink.deleteMany({ where: ofUser });
    await tx.auditEvent.create({ data: eventOf(awaited, user, requestId) });
    return true;
  });
}

/** Whether the attempt has linked nothing yet, and the token that began it still counts. */
async function isStillAwaited(
  tx: Prisma.TransactionClient,
  { id, jti, epoch, isAnonymous, tokenExpiresAt, tokenKid, ...subject }: AwaitedAccount,
): Promise<boolean> {
  const initiator = {
    initiator: `connect_token:${jti}`,
    tokenEpoch: epoch,
    tokenIsAnonymous: isAnonymous,
    tokenExpiresAt,
    tokenKid,
  };
  if (!(await isLiveInitiator(tx, initiator, subject))) return false;
  return (await tx.pipedreamLink.count({ where: { id } })) > 0;
}

/**
 * Stores the first account that was never linked before. An account that was linked is in use or was
 * disconnected.
 */
async function addFirstNew(
  tx: Prisma.TransactionClient,
  ids: readonly string[],
  of: { externalUserId: string; appSlug: string },
): Promise<string | undefined> {
  for (const id of ids) {
    const data = [{ id, ...of }];
    const { count } = await tx.pipedreamAccount.createMany({ data, skipDuplicates: true });
    if (count > 0) return id;
  }
  return undefined;
}

function eventOf(
  { organizationId, projectId, requirementId, jti }: AwaitedAccount,
  user: string,
  requestId: string,
) {
  return {
    id: newId(),
    action: 'link.create',
    actor: `connect_token:${jti}`,
    organizationId,
    projectId,
    requestId,
    detail: { requirement: requirementId, user },
  };
}

/**
 * Handles a call of a webhook: a hint that an account may exist, after which Pipedream is asked for it.
 * The body is not read. So a stranger who knows the address can only make us ask once in a few seconds.
 */
export async function heedWebhook(deps: Deps, secret: string, requestId: string): Promise<void> {
  const heeded = deps.heededWebhooks;
  if (heeded.has(secret) || heeded.size >= mostHeeded) return;
  heeded.add(secret);
  try {
    // Pipedream may have been asked just before the account existed, so ask once more after the pause.
    if (await askOnce(deps, secret, requestId)) return;
    await wait(accountCheckPause * 1_000, undefined, { ref: false });
    await askOnce(deps, secret, requestId);
  } catch (error) {
    deps.log.warn({ err: error, requestId }, 'could not process a webhook');
  } finally {
    heeded.delete(secret);
  }
}

/**
 * Maximum number of webhooks that are handled at the same time. The next status request handles the
 * others.
 */
const mostHeeded = 1_000;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** The webhooks that are being handled, by the secret part of their address. */
    heededWebhooks: Set<string>;
  }
}

async function askOnce(deps: Deps, secret: string, requestId: string): Promise<boolean> {
  const awaited = await claimByWebhook(deps.sql, secret);
  return awaited !== undefined && linkAwaitedAccount(deps, awaited, requestId);
}
