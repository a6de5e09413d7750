import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleConnections } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import type { Prisma } from '../db/generated/client.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { newId } from '../new-id.ts';
import { lockConnections } from './lock-connections.ts';
import { type ReferenceRow, referenceColumns } from './reference-row.ts';

export type NewReference = {
  connectionId: string;
  kind: string;
  externalId: string;
  label?: string | null | undefined;
};

/**
 * Registers something as using a connection. Whoever registers the same again, by kind and external
 * id, gets what is there, under the label given last, so that a program may do so at each start.
 *
 * @throws NotFoundError for the connection, InvalidInputError when it has as many as it may.
 */
export async function addConnectionReference(
  context: RequestContext,
  { connectionId, kind, externalId, label }: NewReference,
): Promise<ReferenceRow> {
  const viewer = requireMember(context.viewer);
  const { db, config } = context.deps;
  return db.$transaction(async (tx) => {
    const [connection] = await lockConnections(tx, viewer, [connectionId]);
    if (connection === undefined) throw new NotFoundError('connection');
    const key = { connectionId: connection.id, kind, externalId };
    const known = await findReference(tx, key);
    if (known !== null && (label ?? known.label) === known.label) return known;
    if (known === null) await requireRoom(tx, connection.id, config.limits.references);
    const reference = await tx.connectionReference.upsert({
      where: { connectionId_kind_externalId: key },
      create: { id: newId(), ...key, label: label ?? null },
      update: { label: label ?? null },
      select: referenceColumns,
    });
    const event = { action: 'reference.add', ...placeOf(connection), detail: detailOf(reference) };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
    return reference;
  });
}

/**
 * Takes back what {@link addConnectionReference} registered.
 *
 * @returns what it was.
 * @throws NotFoundError.
 */
export async function removeConnectionReference(
  context: RequestContext,
  id: string,
): Promise<ReferenceRow> {
  const viewer = requireMember(context.viewer);
  if (!isUuid(id)) throw new NotFoundError('reference');
  return context.deps.db.$transaction(async (tx) => {
    const reference = await tx.connectionReference.findFirst({
      where: { id, connection: visibleConnections(viewer) },
      select: { ...referenceColumns, connection: { select: { id: true, projectId: true } } },
    });
    if (reference === null) throw new NotFoundError('reference');
    const { connection, ...row } = reference;
    const where = { id: row.id, connectionId: connection.id };
    const { count } = await tx.connectionReference.deleteMany({ where });
    if (count === 0) throw new NotFoundError('reference'); // removed, or moved, in between
    const event = { action: 'reference.remove', ...placeOf(connection), detail: detailOf(row) };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
    return row;
  });
}

/** Where an event about a reference belongs. */
export function placeOf({ id, projectId }: { id: string; projectId: string }) {
  return { connectionId: id, projectId };
}

function detailOf({ id, kind, externalId }: ReferenceRow) {
  return { reference: id, kind, external_id: externalId };
}

type ReferenceKey = { connectionId: string; kind: string; externalId: string };

function findReference(tx: Prisma.TransactionClient, key: ReferenceKey) {
  const where = { connectionId_kind_externalId: key };
  return tx.connectionReference.findUnique({ where, select: referenceColumns });
}

async function requireRoom(
  tx: Prisma.TransactionClient,
  connectionId: string,
  most: number,
): Promise<void> {
  if ((await tx.connectionReference.count({ where: { connectionId } })) < most) return;
  throw new InvalidInputError([
    { path: 'connectionId', message: `has ${most} references already, which is the limit` },
  ]);
}
