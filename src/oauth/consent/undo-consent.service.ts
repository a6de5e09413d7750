import { createHash, randomBytes } from 'node:crypto';
import type { RequestFacts } from '../../core/access/request-context.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';
import { dropGrant } from '../revoke/drop-grant.ts';
import { revokingTokens } from '../revoke/revoke.service.ts';

/** Time in which the result page can undo a consent, in milliseconds. */
const undoTime = 60 * 60_000;

/** The right to undo a consent once: the handle for the page, and its digest for the row. */
export type Undo = { handle: string; digest: Buffer<ArrayBuffer> };

/**
 * Creates an undo handle, which is stored with the consent. The caller who began a consent need not be the
 * person who gave it.
 */
export function newUndo(): Undo {
  const handle = randomBytes(32).toString('base64url');
  return { handle, digest: digest(handle) };
}

/**
 * Undoes a consent: drops its tokens, makes the connection incomplete, and revokes the tokens at the
 * provider. The connection of an end user is deleted.
 *
 * @returns the connection's name; undefined when the handle was used, is too old, or does not exist.
 */
export async function undoConsent(
  deps: Deps,
  request: RequestFacts,
  handle: string,
): Promise<string | undefined> {
  const attempt = await deps.db.authorizationAttempt.findFirst({
    where: { undoDigest: digest(handle), consumedAt: { gt: new Date(Date.now() - undoTime) } },
    include: { connection: { include: { project: { select: { organizationId: true } } } } },
  });
  if (attempt === null) return undefined;
  const { id: connectionId, projectId, name, project } = attempt.connection;
  const { endUserId, requirementId } = attempt.connection;
  const undo = () =>
    deps.db.$transaction(async (tx) => {
      // The user is locked before the connection, as in every other write: another order can deadlock.
      await tx.$queryRaw`SELECT 1 FROM end_user WHERE id = ${endUserId}::uuid FOR NO KEY UPDATE`;
      await tx.$queryRaw`SELECT 1 FROM connection WHERE id = ${connectionId}::uuid FOR NO KEY UPDATE`;
      const { count } = await tx.authorizationAttempt.updateMany({
        where: { id: attempt.id, undoDigest: digest(handle) },
        data: { undoDigest: null },
      });
      if (count === 0) return false;
      if (endUserId === null) await makeIncomplete(tx, connectionId);
      else await tx.connection.delete({ where: { id: connectionId }, select: { id: true } });
      await tx.auditEvent.create({
        data: {
          id: newId(),
          action: endUserId === null ? 'connection.callback' : 'link.delete',
          actor: 'consent',
          organizationId: project.organizationId,
          projectId,
          connectionId,
          ip: request.ip,
          requestId: request.id,
          detail: { undone: true, ...(requirementId !== null && { requirement: requirementId }) },
        },
      });
      return true;
    });
  if (!(await revokingTokens(deps, { id: connectionId }, undo))) return undefined;
  announceChanges(deps);
  return name;
}

async function makeIncomplete(tx: Prisma.TransactionClient, connectionId: string): Promise<void> {
  await dropGrant(tx, connectionId);
  await tx.connection.update({
    where: { id: connectionId },
    data: { status: 'incomplete' },
    select: { id: true },
  });
}

function digest(handle: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(handle).digest());
}
