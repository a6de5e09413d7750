import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import type { MemberViewer } from '../../core/access/viewer.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isUuid, nameText, orBlank, requiredText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { type ReferenceRow, referenceColumns } from './connection-references.store.ts';
import { type LockedConnection, lockConnectionRows } from './locked-connections.store.ts';

/**
 * Registers that something uses a connection. A program can call it at each start: `kind` and `externalId`
 * identify the reference, so a second call creates no second one.
 */
export const addConnectionReference = operation({
  name: 'addConnectionReference',
  description:
    'Registers that something uses a connection. A connection with a reference cannot be deleted. A second call with the same `kind` and `externalId` returns the same reference with the new label.',
  role: 'editor',
  audit: 'reference.add',
  connection: 'connectionId',
  input: z.object({
    connectionId: z.string(),
    kind: requiredText(64),
    externalId: requiredText(255),
    label: orBlank(nameText(255)),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { connectionId, kind, externalId, label }) => {
    const viewer = requireMember(context.viewer);
    const { db, config } = context.deps;
    return db.$transaction(async (tx) => {
      const [connection] = await requireConnections(tx, viewer, [connectionId]);
      if (connection === undefined) throw new NotFoundError('connection');
      const key = { connectionId: connection.id, kind, externalId };
      const known = await findReference(tx, key);
      if (known !== null && (label ?? known.label) === known.label) return known;
      if (known === null)
        await requireRoomForReference(tx, connection.id, config.limits.references);
      const reference = await tx.connectionReference.upsert({
        where: { connectionId_kind_externalId: key },
        create: { id: newId(), ...key, label: label ?? null },
        update: { label: label ?? null },
        select: referenceColumns,
      });
      const event = {
        action: 'reference.add',
        ...subjectOf(connection),
        detail: referenceDetail(reference),
      };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return reference;
    });
  },
});

/** Removes a reference. It fails with NotFoundError for a connection that the caller cannot reach. */
export const removeConnectionReference = operation({
  name: 'removeConnectionReference',
  description: 'Removes a reference and returns the removed reference.',
  role: 'editor',
  audit: 'reference.remove',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
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
      // Another call may have removed or moved the reference since it was read.
      if (count === 0) throw new NotFoundError('reference'); // removed or moved since it was read
      const event = {
        action: 'reference.remove',
        ...subjectOf(connection),
        detail: referenceDetail(row),
      };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return row;
    });
  },
});

/**
 * Moves all references of a connection to another one. If both have a reference of the same thing, the
 * reference of the replacement stays and the other one is deleted.
 */
export const replaceConnection = operation({
  name: 'replaceConnection',
  description:
    'Moves all references from one connection to another of the same type and project, in one transaction. It returns the replacement.',
  role: 'editor',
  audit: 'reference.add',
  connection: 'id',
  input: z.object({ id: z.string(), withId: z.string() }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id, withId }) => {
    const viewer = requireMember(context.viewer);
    const most = context.deps.config.limits.references;
    return context.deps.db.$transaction(async (tx) => {
      const [from, to] = await requireConnections(tx, viewer, [id, withId]);
      if (from === undefined || to === undefined) throw new NotFoundError('connection');
      if (from.id === to.id) throw mismatch('must be another connection');
      if (from.projectId !== to.projectId) throw mismatch('must be of the same project');
      if (from.type !== to.type) throw mismatch('must be of the same type');
      const moved = await moveReferences(tx, from.id, to.id);
      if ((await tx.connectionReference.count({ where: { connectionId: to.id } })) > most) {
        throw mismatch(`would have more than ${most} references, which is the limit`);
      }
      const taken = {
        action: 'reference.remove',
        ...subjectOf(from),
        detail: { moved, to: to.id },
      };
      const given = { action: 'reference.add', ...subjectOf(to), detail: { moved, from: from.id } };
      await tx.auditEvent.createMany({ data: [taken, given].map((e) => auditEvent(context, e)) });
      return { id: to.id };
    });
  },
});

/**
 * Locks connections until the transaction ends, so that nobody deletes them or adds a reference to them.
 *
 * @returns the connections in the order of `ids`.
 * @throws NotFoundError when the caller cannot see one of them.
 */
async function requireConnections(
  tx: Prisma.TransactionClient,
  viewer: MemberViewer,
  ids: readonly string[],
): Promise<LockedConnection[]> {
  if (!ids.every(isUuid)) throw new NotFoundError('connection');
  const locked = await lockConnectionRows(tx, viewer, ids);
  return ids.map((id) => {
    const connection = locked.find((row) => row.id === id.toLowerCase());
    if (connection === undefined) throw new NotFoundError('connection');
    return connection;
  });
}

/** The fields of an audit event about a reference that name its connection. */
function subjectOf({ id, projectId }: { id: string; projectId: string }) {
  return { connectionId: id, projectId };
}

function referenceDetail({ id, kind, externalId }: ReferenceRow) {
  return { reference: id, kind, external_id: externalId };
}

type ReferenceKey = { connectionId: string; kind: string; externalId: string };

function findReference(tx: Prisma.TransactionClient, key: ReferenceKey) {
  const where = { connectionId_kind_externalId: key };
  return tx.connectionReference.findUnique({ where, select: referenceColumns });
}

/** Checks the limit of references. The connection is locked, so two calls cannot exceed it together. */
async function requireRoomForReference(
  tx: Prisma.TransactionClient,
  connectionId: string,
  most: number,
): Promise<void> {
  if ((await tx.connectionReference.count({ where: { connectionId } })) < most) return;
  throw new InvalidInputError([
    { path: 'connectionId', message: `already has ${most} references, which is the limit` },
  ]);
}

function mismatch(message: string): InvalidInputError {
  return new InvalidInputError([{ path: 'withId', message }]);
}

/** Moves references except those that the other connection already has. It returns how many it moved. */
async function moveReferences(
  tx: Prisma.TransactionClient,
  fromId: string,
  toId: string,
): Promise<number> {
  const moved = await tx.$executeRaw`
    UPDATE connection_reference r SET connection_id = ${toId}::uuid
    WHERE connection_id = ${fromId}::uuid AND NOT EXISTS (
      SELECT 1 FROM connection_reference k
      WHERE k.connection_id = ${toId}::uuid AND k.kind = r.kind AND k.external_id = r.external_id)`;
  await tx.connectionReference.deleteMany({ where: { connectionId: fromId } });
  return moved;
}
