import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { TypeRegistry } from '../../core/catalog/type-registry.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError, NotFoundError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { deleteConnectionRow } from '../connections/locked-connections.store.ts';
import { judgeLink, type LinkRow, linkColumns, linkTables } from './status.ts';

/*
 * The links of end users. All functions run in a transaction that has locked the user: see lockUser.
 */

/** The connect token that links or unlinks. */
type Linker = { jti: string; isAnonymous: boolean; types: TypeRegistry };

/** Returns the connect token of a caller in the form that links store. */
export function linkerOf(
  { connectionTypes: types }: Pick<Deps, 'connectionTypes'>,
  { id, via }: Pick<ConnectTokenViewer, 'id' | 'via'>,
): Linker {
  return { jti: id, isAnonymous: via === 'anonymous', types };
}

/** The linked thing: a connection or an account. */
type Linked =
  | { connectionId: string; pipedreamAccountId: null }
  | { connectionId: null; pipedreamAccountId: string };

const readStatement = `
  SELECT l.jti, ${linkColumns}
  FROM requirement r
  JOIN end_user_link l ON l.requirement_id = r.id AND l.end_user_id = $1::uuid
  ${linkTables}
  WHERE r.id = $2::uuid`;

/**
 * Checks that a token may replace what is linked. An anonymous token may link only if nothing valid is
 * linked yet or it made the link itself.
 *
 * @throws OtherLinkError
 */
export async function requireReplaceable(
  tx: Prisma.TransactionClient,
  { endUserId, requirementId }: OfUser,
  { jti, isAnonymous, types }: Linker,
): Promise<void> {
  if (!isAnonymous) return;
  const [link] = await tx.$queryRawUnsafe<(LinkRow & { jti: string })[]>(
    readStatement,
    endUserId,
    requirementId,
  );
  if (link === undefined || link.jti === jti || judgeLink(types, link).status === 'pending') return;
  throw new OtherLinkError();
}

/** A token that was made without an access key cannot change what another token linked. */
export class OtherLinkError extends ConflictError {
  constructor() {
    super(
      'This was linked with another token. A token made without an access key replaces or removes only what it linked itself.',
    );
  }
}

/**
 * Links something new and removes the old link in the same transaction. It returns the old link.
 */
export async function replaceLink(
  tx: Prisma.TransactionClient,
  ofUser: OfUser,
  jti: string,
  linked: Linked,
): Promise<Linked | undefined> {
  const before = await removeLink(tx, ofUser, linked.connectionId);
  await tx.endUserLink.create({
    data: { id: newId(), ...ofUser, jti, ...linked },
    select: { id: true },
  });
  return before;
}

/** Removes a link, with its connection and all sealed values. It returns the removed link. */
export async function removeLink(
  tx: Prisma.TransactionClient,
  ofUser: OfUser,
  keptConnectionId: string | null = null,
): Promise<(Linked & { jti: string }) | undefined> {
  const where = { endUserId_requirementId: ofUser };
  const link = await tx.endUserLink.findUnique({ where });
  if (link === null) return undefined;
  await tx.endUserLink.delete({ where, select: { id: true } });
  const { connectionId } = link;
  if (connectionId !== null && connectionId !== keptConnectionId) {
    await deleteConnectionRow(tx, connectionId, undefined);
  }
  return link as Linked & { jti: string }; // a constraint guarantees that one of the two is set
}

/** An end user and a requirement of the same app. */
export type OfUser = { endUserId: string; requirementId: string };

/**
 * Locks an end user for a change of a link, before anything else is locked. The order is requirement,
 * user, connection, grant. If every transaction keeps it, no two wait for each other.
 *
 * @throws NotFoundError if the requirement or the user was deleted.
 */
export async function lockEndUser(
  tx: Prisma.TransactionClient,
  { endUserId, requirementId }: OfUser,
): Promise<void> {
  const [user] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM requirement r JOIN end_user u ON u.app_id = r.app_id
    WHERE r.id = ${requirementId}::uuid AND u.id = ${endUserId}::uuid
    FOR KEY SHARE OF r FOR NO KEY UPDATE OF u`;
  if (user === undefined) throw new NotFoundError('requirement');
}
