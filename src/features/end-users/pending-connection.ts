import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { ConfigHalves } from '../../core/connection-config/read-config.ts';
import { sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { foldCase } from '../../platform/fold-case.ts';
import { newId } from '../../platform/new-id.ts';
import { linkerOf, requireReplaceable } from '../requirements/links.ts';
import { lockUser, type OfUser } from '../requirements/lock-user.ts';
import type { RequirementOfViewer } from './load-requirement.ts';

/** What every connection that a user brings has in common. */
export function rowOf(ofUser: OfUser, title: string) {
  return { ...ofUser, name: title, nameFolded: foldCase(title) };
}

/**
 * The one connection that waits for a user's consent to a requirement, made when there is none; its
 * config is what the requirement says by now.
 *
 * @returns its id.
 * @throws NotFoundError, ConflictError when the token may not replace what is linked.
 */
export function holdPendingConnection(
  context: RequestContext,
  { endUserId, organizationId, projectId, ...viewer }: ConnectTokenViewer,
  { id: requirementId, title }: Pick<RequirementOfViewer, 'id' | 'title'>,
  config: { type: ConnectionType; halves: ConfigHalves },
): Promise<string> {
  const ofUser = { endUserId, requirementId };
  return writeSealed(context, projectId, async (tx, key) => {
    await lockUser(tx, ofUser);
    await requireReplaceable(tx, ofUser, linkerOf(viewer));
    const pending = await findPending(tx, ofUser);
    const id = pending?.id ?? newId();
    const place = { organizationId, projectId, id };
    const { connection, secret } = sealedConfig(context.deps.vault, key, place, config);
    const row = { ...rowOf(ofUser, title), ...connection };
    if (pending === null) {
      const made = { id, projectId, status: 'incomplete', ...row } as const;
      await tx.connection.create({ data: made, select: { id: true } });
      await tx.connectionSecret.create({ data: { connectionId: id, ...secret } });
    } else {
      // A version further: what was purged an hour after the last version is not purged now.
      const data = { ...row, version: { increment: 1 } };
      await tx.connection.update({ where: { id }, data, select: { id: true } });
      await tx.connectionSecret.update({ where: { connectionId: id }, data: secret });
    }
    return id;
  });
}

function findPending(tx: Prisma.TransactionClient, ofUser: OfUser) {
  const where = { ...ofUser, status: 'incomplete' } as const;
  return tx.connection.findFirst({ where, select: { id: true } });
}
