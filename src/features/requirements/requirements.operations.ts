import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleApps, visibleRequirements } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import { operation } from '../../core/operations/operation.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Prisma, Requirement } from '../../platform/db/generated/client.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { newId } from '../../platform/new-id.ts';
import { lockProject } from '../projects/require-project.ts';
import { changeSpec, requireSpec, requireSpecInProject } from './plan-spec.ts';
import { storePresetSecrets } from './preset-secrets.ts';
import {
  changedSpecIssues,
  newRequirement,
  newSpecIssues,
  requirementChanges,
} from './requirement.input.ts';

/** Reads a requirement. It returns null if the requirement does not exist or the caller cannot reach it. */
export const readRequirement = operation({
  name: 'requirement',
  description:
    'Finds a requirement by its id. It returns null if the requirement does not exist or the caller cannot reach it.',
  role: 'viewer',
  audit: undefined,
  input: z.object({ id: z.string() }),
  errors: [],
  run: async ({ deps, viewer, selection }, { id }) => {
    if (!isUuid(id)) return null;
    const where = { AND: [{ id }, visibleRequirements(requireMember(viewer))] };
    return deps.db.requirement.findFirst({ ...selection, where });
  },
});

/**
 * Creates a requirement. It fails with ConflictError if the name is taken, or if the app has reached the
 * limit of requirements.
 */
export const createRequirement = operation({
  name: 'createRequirement',
  description: 'Adds a requirement to an app. Only admins of its project can call it.',
  role: 'admin',
  audit: 'requirement.create',
  input: newRequirement,
  typeIssues: newSpecIssues,
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { appId, spec, workflowId, ...given }) => {
    if (!isUuid(appId)) throw new NotFoundError('app');
    const parsed = requireSpec(context, given.kind, spec, {});
    const { secrets } = parsed;
    const row = {
      id: newId(),
      ...given,
      spec: parsed.spec,
      customTypeId: parsed.type?.customTypeId ?? null,
      titles: given.titles ?? {},
      description: given.description ?? null,
      descriptions: given.descriptions ?? {},
      workflowId: workflowId ?? null,
    };
    const mine = { AND: [{ id: appId }, visibleApps(requireMember(context.viewer))] };
    const { db } = context.deps;
    const app = await db.app.findFirst({ where: mine, select: appWithProject });
    if (app === null) throw new NotFoundError('app');
    const place = { ...placeOf(app), id: row.id };
    const create = withSealingKey(context, app.projectId, secrets, async (tx, key) => {
      if ((await tx.app.count({ where: mine })) === 0) throw new NotFoundError('app');
      requireSpecInProject(parsed, app.projectId);
      await requireRoomForRequirement(tx, app.id);
      await tx.requirement.create({ data: { ...row, appId: app.id }, select: { id: true } });
      await storePresetSecrets(tx, context.deps, { key, place, secrets });
      const event = {
        action: 'requirement.create',
        detail: requirementDetail({ ...row, appId: app.id }),
      };
      const data = auditEvent(context, { ...event, projectId: app.projectId });
      await tx.auditEvent.create({ data });
    });
    await create.catch(refuseTakenName);
    return { id: row.id };
  },
});

/**
 * Changes a requirement. A field that is left out stays as it is. What users linked stays too: it counts
 * only while it fits the requirement, so a change can make a user's status pending, and back.
 */
export const updateRequirement = operation({
  name: 'updateRequirement',
  description: 'Changes a requirement of an app. Only admins of its project can call it.',
  role: 'admin',
  audit: 'requirement.update',
  input: requirementChanges,
  typeIssues: changedSpecIssues,
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id, spec, title, titles, description, descriptions }) => {
    if (!isUuid(id)) throw new NotFoundError('requirement');
    const { deps } = context;
    const where = { AND: [{ id }, visibleRequirements(requireMember(context.viewer))] };
    const include = { app: { select: appWithProject } };
    const found = await deps.db.requirement.findFirst({ where, include });
    if (found === null) throw new NotFoundError('requirement');
    const { projectId } = found.app;
    const given = isJsonObject(spec?.preset) ? spec.preset : {};
    await withSealingKey(context, projectId, given, async (tx, key) => {
      // Locked, so that a secret never stays beside the public values of another call.
      await tx.$queryRaw`SELECT 1 FROM requirement WHERE id = ${id}::uuid FOR UPDATE`;
      const stored = await tx.requirement.findFirst({ where });
      if (stored === null) throw new NotFoundError('requirement');
      const place = { ...placeOf(found.app), id: stored.id };
      const changed =
        spec == null ? undefined : await changeSpec(context, tx, { stored, place, spec });
      const data = {
        ...(title != null && { title }),
        ...(titles !== undefined && { titles: titles ?? {} }),
        ...(description !== undefined && { description }),
        ...(descriptions !== undefined && { descriptions: descriptions ?? {} }),
        ...(changed !== undefined && {
          spec: changed.spec,
          customTypeId: changed.type?.customTypeId ?? null,
        }),
      };
      // An update without a column counts no row, although the requirement exists.
      const isEmpty = Object.keys(data).length === 0;
      const { count } = isEmpty ? { count: 1 } : await tx.requirement.updateMany({ where, data });
      if (count === 0) throw new NotFoundError('requirement'); // the requirement was deleted since it was read
      if (changed?.areSecretsNew) {
        await storePresetSecrets(tx, deps, { key, place, secrets: changed.secrets });
      }
      const event = { action: 'requirement.update', projectId, detail: requirementDetail(stored) };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
    });
    return { id };
  },
});

const appWithProject = {
  id: true,
  projectId: true,
  project: { select: { organizationId: true } },
} as const;

function placeOf({
  projectId,
  project,
}: {
  projectId: string;
  project: { organizationId: string };
}) {
  return { organizationId: project.organizationId, projectId };
}

/** Runs a transaction, with a key of the project if there is something to seal. */
function withSealingKey<Result>(
  { deps }: RequestContext,
  projectId: string,
  values: JsonObject,
  write: (tx: Prisma.TransactionClient, key: SealingKey | undefined) => Promise<Result>,
): Promise<Result> {
  const hasValues = Object.values(values).some((value) => value !== null);
  if (!hasValues) return deps.db.$transaction((tx) => write(tx, undefined));
  return writeSealed({ deps }, projectId, write);
}

/** Returns the facts about a written requirement for the audit log. */
function requirementDetail({ id, appId, name }: Pick<Requirement, 'id' | 'appId' | 'name'>) {
  return { app: appId, requirement: id, name };
}

/* Locks the app, so that two concurrent calls cannot exceed the limit together. */
async function requireRoomForRequirement(
  tx: Prisma.TransactionClient,
  appId: string,
): Promise<void> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM app WHERE id = ${appId}::uuid FOR NO KEY UPDATE`;
  if (held.length === 0) throw new NotFoundError('app'); // the app was deleted since it was read
  const count = await tx.requirement.count({ where: { appId } });
  if (count < mostRequirements) return;
  throw new ConflictError(
    `The app has ${mostRequirements} requirements, which is the limit. Delete one first.`,
  );
}

function refuseTakenName(error: unknown): never {
  if (!isUniqueViolation(error, 'app_id', 'name')) throw error;
  throw new ConflictError(
    'The app already has a requirement with this name. Choose another name.',
    undefined,
    {
      cause: error,
    },
  );
}

/**
 * Deletes a requirement with everything that users linked for it. The tokens of their consents are revoked
 * at the providers, best effort.
 */
export const deleteRequirement = operation({
  name: 'deleteRequirement',
  description:
    'Deletes a requirement with everything that end users connected for it. Only admins of its project can call it.',
  role: 'admin',
  audit: 'requirement.delete',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
    const { deps, viewer } = context;
    if (!isUuid(id)) throw new NotFoundError('requirement');
    const mine = { AND: [{ id }, visibleRequirements(requireMember(viewer))] };
    const remove = () =>
      deps.db.$transaction(async (tx) => {
        const include = { app: { select: { projectId: true } } };
        const requirement = await tx.requirement.findFirst({ where: mine, include });
        if (requirement === null) throw new NotFoundError('requirement');
        const { id: requirementId, app } = requirement;
        if (!(await lockProject(tx, app.projectId))) throw new NotFoundError('requirement');
        // Locks project, requirement, links and connections, in this order, so that no two
        // transactions wait for each other.
        await tx.$queryRaw`SELECT 1 FROM requirement WHERE id = ${requirementId}::uuid FOR UPDATE`;
        await tx.endUserLink.deleteMany({ where: { requirementId } });
        const { count } = await tx.requirement.deleteMany({ where: { id: requirementId } });
        if (count === 0) throw new NotFoundError('requirement'); // another deletion was first
        const { projectId } = app;
        const event = {
          action: 'requirement.delete',
          projectId,
          detail: requirementDetail(requirement),
        };
        await tx.auditEvent.create({ data: auditEvent(context, event) });
        return requirementId;
      });
    return { id: await revokingTokens(deps, { requirement: mine }, remove) };
  },
});
