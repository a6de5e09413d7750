import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { ConfigHalves } from '../../core/connection-config/read-config.ts';
import { sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';
import { insertConnectionRow, updateConnectionRow } from '../connections/connections.store.ts';
import { linkerOf, requireReplaceable } from '../requirements/links.ts';
import { lockUser, type OfUser } from '../requirements/lock-user.ts';
import type { RequirementOfViewer } from './load-requirement.ts';

/**
 * Finds or creates the one connection that waits for the consent of a user to a requirement. Its config is
 * what the requirement says now.
 *
 * @returns its id. @throws NotFoundError, ConflictError if the token may not replace what is linked.
 */
export function holdPendingConnection(
  context: RequestContext,
  { endUserId, organizationId, projectId, ...viewer }: ConnectTokenViewer,
  { id: requirementId, title }: Pick<RequirementOfViewer, 'id' | 'title'>,
  config: { type: ConnectionType; halves: ConfigHalves },
): Promise<string> {
  const ofUser = { endUserId, requirementId };
  const { db, vault } = context.deps;
  return startUntilSealed({ vault }, projectId, (key) =>
    db.$transaction(async (tx) => {
      await lockUser(tx, ofUser);
      await requireReplaceable(tx, ofUser, linkerOf(viewer));
      const pending = await findPending(tx, ofUser);
      const id = pending?.id ?? newId();
      const sealed = sealedConfig(vault, key, { organizationId, projectId, id }, config);
      const row = { id, name: title, sealed, event: undefined };
      const made = { ...row, projectId, createdBy: null, status: 'incomplete' as const, ofUser };
      // The new version protects the waiting connection from cleanup for another hour.
      const change = { ...row, version: undefined, dataKeyId: key.id, status: null };
      const stored =
        pending === null
          ? await insertConnectionRow(tx, made)
          : await updateConnectionRow(tx, change);
      return stored ? { result: id } : undefined;
    }),
  );
}

function findPending(tx: Prisma.TransactionClient, ofUser: OfUser) {
  const where = { ...ofUser, status: 'incomplete' } as const;
  return tx.connection.findFirst({ where, select: { id: true } });
}
