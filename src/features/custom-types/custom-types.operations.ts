import { z } from 'zod';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember, requireOrganization } from '../../core/access/roles.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { type ConnectionType, toConnectionType } from '../../core/catalog/catalog.ts';
import { readCustomType } from '../../core/catalog/read-custom-type.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../platform/db/errors.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { searchText } from '../../platform/input.ts';
import { mostCustomTypes } from '../../platform/limits.ts';
import { newId } from '../../platform/new-id.ts';
import { requireVisibleProject } from '../projects/require-project.ts';
import { type Affected, findAffected } from './affected-connections.ts';
import { completeDefinition } from './complete-definition.ts';
import {
  countUses,
  findCustomType,
  lockCustomType,
  publishDefinition,
  type StoredCustomType,
  type Uses,
} from './custom-types.store.ts';
import { definitionInput } from './definition.input.ts';
import { findRevealingChanges } from './definition-changes.ts';

/**
 * Creates a connection type. The name is unique in the organization, and the types that are shipped or come
 * from files keep theirs.
 */
export const createConnectionType = operation({
  name: 'createConnectionType',
  description:
    'Creates a connection type from its definition: for one project, or without `projectId` for the whole organization, which only its admins can do.',
  role: 'editor',
  audit: 'connection_type.create',
  input: z.object({ projectId: z.string().nullish(), definition: definitionInput }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { projectId: givenProject, definition: given }): Promise<ConnectionType> => {
    const { deps } = context;
    const projectId = await requireOwner(context, givenProject ?? null);
    const { organizationId, name: createdBy } = requireMember(context.viewer);
    const name = given.definition.type;
    if (deps.connectionTypes.of(organizationId).find(name) !== undefined) throw nameTaken();
    const { written, definition, unconfirmed } = await completeDefinition(deps, given);
    const id = newId();
    const data = {
      id,
      organizationId,
      projectId,
      name,
      definition: written,
      unconfirmed,
      createdBy,
    };
    const create = deps.db.$transaction(async (tx) => {
      await tx.customType.create({ data, select: { id: true } });
      // The trigger of the table has locked the organization, so two calls cannot exceed the limit together.
      const count = await tx.customType.count({ where: { organizationId } });
      if (count > mostCustomTypes) {
        throw new ConflictError(
          `The organization has ${mostCustomTypes} custom types, which is the limit. Delete one first.`,
        );
      }
      const event = { action: 'connection_type.create', projectId, detail: { type: name } };
      await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
    });
    await create.catch((error: unknown) => {
      if (isUniqueViolation(error, 'organization_id', 'name')) throw nameTaken(error);
      if (isForeignKeyViolation(error)) throw new NotFoundError('project'); // deleted since it was read
      throw error;
    });
    await learnTypes(deps, organizationId);
    return { ...toConnectionType(definition), customTypeId: id, projectId };
  },
});

/** The result of an update: the type, and the connections that no longer fit it. */
export type ConnectionTypeUpdate = { connectionType: ConnectionType; affected: Affected };

/**
 * Publishes a new version of a custom type. Connections that no longer fit stay as they are and work as before:
 * only their next change must fit. So a version is published even if some do not fit, and the result names them.
 */
export const updateConnectionType = operation({
  name: 'updateConnectionType',
  description:
    'Publishes a new version of a custom type, and returns the connections whose stored config does not fit it. With `dryRun` it changes nothing.',
  role: 'editor',
  audit: 'connection_type.update',
  input: z.object({
    type: searchText,
    definition: definitionInput,
    version: z.int32({ error: 'must be an integer' }).nullish(),
    dryRun: z.boolean({ error: 'must be true or false' }).nullish(),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { type: name, definition: given, version, dryRun }) => {
    const { deps } = context;
    const viewer = requireMember(context.viewer);
    const stored = await requireCustomType(context, name);
    if (given.definition.type !== stored.name) throw new InvalidInputError([renamed]);
    if (version != null && version !== stored.version) throw hasChanged();
    const { written, definition, unconfirmed } = await completeDefinition(deps, given);
    const before = readCustomType(stored.definition);
    const revealing = before.ok
      ? findRevealingChanges(before.definition, definition)
      : [incomparable];
    if (revealing.length > 0) refuseIfUsed(await countUses(deps.db, stored.id), revealing);
    const owner = { customTypeId: stored.id, projectId: stored.projectId };
    const next = { ...toConnectionType(definition), ...owner, version: stored.version + 1 };
    const projectScope = projectScopeOf(viewer);
    const affected = await findAffected(deps, stored.id, { type: next, projectScope });
    if (dryRun === true) {
      const current = deps.connectionTypes.of(viewer.organizationId).find(name);
      return { connectionType: current ?? next, affected };
    }
    await deps.db.$transaction(async (tx) => {
      if (!(await lockCustomType(tx, stored))) throw hasChanged();
      // Nobody can store a connection of the type now. One may have been stored since the first count.
      if (revealing.length > 0) refuseIfUsed(await countUses(tx, stored.id), revealing);
      await publishDefinition(tx, stored.id, { definition: written, unconfirmed });
      const detail = { type: name, version: next.version, affected: affected.count };
      const event = { action: 'connection_type.update', projectId: stored.projectId, detail };
      await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
    });
    await learnTypes(deps, viewer.organizationId);
    return { connectionType: next, affected };
  },
});

/** Deletes a custom type that nothing uses. */
export const deleteConnectionType = operation({
  name: 'deleteConnectionType',
  description:
    'Deletes a custom type. It fails with ConflictError while a connection or a requirement uses it; `details` has their numbers.',
  role: 'editor',
  audit: 'connection_type.delete',
  input: z.object({ type: searchText }),
  errors: [NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { type: name }) => {
    const { deps, viewer } = context;
    const { id, projectId } = await requireCustomType(context, name);
    await deps.db.$transaction(async (tx) => {
      if (!(await lockCustomType(tx, { id }))) throw new NotFoundError('connection type');
      const uses = await countUses(tx, id);
      if (uses.connections + uses.requirements > 0) throw stillUsed(uses);
      await tx.customType.delete({ where: { id }, select: { id: true } });
      const event = { action: 'connection_type.delete', projectId, detail: { type: name } };
      await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
    });
    await learnTypes(deps, requireMember(viewer).organizationId);
    return { type: name };
  },
});

/** Loads the types again, so that the rest of the request sees the change. */
async function learnTypes({ db, connectionTypes }: Deps, organizationId: string): Promise<void> {
  const where = { id: organizationId };
  const { typesVersion } = await db.organization.findUniqueOrThrow({
    where,
    select: { typesVersion: true },
  });
  await connectionTypes.bringUpToDate(organizationId, typesVersion);
}

/** Returns the project that a new type will belong to; null for the organization. */
async function requireOwner(context: RequestContext, projectId: string | null) {
  if (projectId !== null) return requireVisibleProject(context, projectId);
  requireOrganization(context.viewer, Role.admin);
  return null;
}

/** Finds a custom type that the caller can change. */
async function requireCustomType(context: RequestContext, name: string): Promise<StoredCustomType> {
  const { deps } = context;
  const viewer = requireMember(context.viewer);
  const row = await findCustomType(deps.db, viewer, name);
  if (row === undefined) {
    const known = deps.connectionTypes.of(viewer.organizationId).find(name);
    if (known?.customTypeId !== null) throw new NotFoundError('connection type');
    throw new ForbiddenError(
      'This type is shipped with the server or comes from a file of the operator. Only types that were created through the API can be changed.',
    );
  }
  if (row.projectId === null) requireOrganization(viewer, Role.admin);
  if (!row.isHeld) {
    throw new ForbiddenError(
      'This requires the role editor in the project of the type; you have a smaller one.',
    );
  }
  return row;
}

const renamed = {
  path: 'definition.type',
  message: 'must stay the same: create a new type for another name',
};

/* A stored definition that an earlier version of the server accepted and this one does not. */
const incomparable = {
  path: 'definition',
  message:
    'cannot be compared with the stored one while connections use the type. Delete those connections first, or create a new type for new ones.',
};

function hasChanged(): ConflictError {
  return new ConflictError(
    'Another caller has changed the type. Read it again, then repeat the call.',
  );
}

function nameTaken(cause?: unknown): ConflictError {
  return new ConflictError(
    'A connection type of this organization or of the server has this name. Choose another name.',
    undefined,
    { cause },
  );
}

function refuseIfUsed({ connections }: Uses, revealing: readonly FieldIssue[]): void {
  if (connections > 0) throw new InvalidInputError(revealing);
}

function stillUsed(uses: Uses): ConflictError {
  return new ConflictError(
    'Connections or requirements use this type. Delete them, or give them another type, then delete the type.',
    uses,
  );
}
