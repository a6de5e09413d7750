import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleApps, visibleRequirements } from '../../core/access/visibility.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import { operation } from '../../core/operations/operation.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import { revokingTokens } from '../../oauth/revoke/revoke.service.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Prisma, Requirement } from '../../platform/db/generated/client.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { newId } from '../../platform/new-id.ts';
import { checkAddresses } from '../connections/check-addresses.ts';
import { unknownType } from '../connections/connection.input.ts';
import { lockProject } from '../projects/require-project.ts';
import { inPresetPath, type PresetHalves, splitPreset } from './preset.ts';
import { keptSecretNames, openPresetSecrets, storePresetSecrets } from './preset-secrets.ts';
import {
  changedSpecIssues,
  newRequirement,
  newSpecIssues,
  parseSpec,
  requirementChanges,
} from './requirement.input.ts';
import { readSpec } from './spec.ts';

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

type SpecChange = {
  stored: Requirement;
  place: { organizationId: string; projectId: string; id: string };
  spec: JsonObject;
};

/** Plans a new spec. Secrets that it leaves out stay, if nothing else about the preset changes. */
async function changeSpec(
  context: RequestContext,
  tx: Prisma.TransactionClient,
  { stored, place, spec }: SpecChange,
): Promise<ParsedSpec & { areSecretsNew: boolean }> {
  const before = readSpec(stored.kind, stored.spec);
  const isSameType = before.kind === 'connection' && before.type === spec.type;
  if (!isSameType || spec.preset === null || before.secretFields.length === 0) {
    const parsed = requireSpec(context, stored.kind, spec, {});
    requireSpecInProject(parsed, place.projectId);
    return { ...parsed, areSecretsNew: true };
  }
  const kept = await openPresetSecrets(tx, context.deps, place);
  const given = isJsonObject(spec.preset) ? spec.preset : {};
  const parsed = requireSpec(context, stored.kind, { ...spec, preset: given }, kept);
  requireSpecInProject(parsed, place.projectId);
  const names = keptSecretNames(
    { values: before.preset, secretFields: before.secretFields },
    { values: parsed.values, secrets: parsed.secrets },
    given,
  );
  const secrets = { ...onlyNamed(kept, names), ...parsed.secrets };
  return {
    ...parsed,
    secrets,
    spec: withSecretNames(parsed.spec, secrets),
    areSecretsNew: names.length < before.secretFields.length || hasKeys(parsed.secrets),
  };
}

function hasKeys(values: JsonObject): boolean {
  return Object.keys(values).length > 0;
}

function onlyNamed(values: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** Names the secrets of a spec, because no read shows their values. */
function withSecretNames(
  { secret_fields: _, ...spec }: JsonObject,
  secrets: JsonObject,
): JsonObject {
  return hasKeys(secrets) ? { ...spec, secret_fields: Object.keys(secrets).toSorted() } : spec;
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

/** The spec in its stored form, the halves of its preset, and the type that it names. */
type ParsedSpec = { spec: JsonObject; type: ConnectionType | null } & PresetHalves;

/** A custom type of another project looks as if it did not exist. */
function requireSpecInProject({ type }: ParsedSpec, projectId: string): void {
  if (type === null || type.projectId === null || type.projectId === projectId) return;
  throw new InvalidInputError([{ ...unknownType, path: 'spec.type' }]);
}

function requireSpec(
  context: RequestContext,
  kind: RequirementKind,
  given: JsonObject,
  kept: JsonObject,
): ParsedSpec {
  const types = visibleTypes(context);
  const parsed = parseSpec(types, kind, given, kept);
  if (!parsed.ok) {
    const fields = parsed.issues.map(({ path, message }) => ({ path: `spec.${path}`, message }));
    throw new InvalidInputError(fields);
  }
  const { preset, ...rest } = parsed.spec;
  const type = typeof rest.type === 'string' ? types.find(rest.type) : undefined;
  if (type === undefined || !isJsonObject(preset)) {
    return { spec: rest, type: type ?? null, values: {}, secrets: {} };
  }
  const { values, secrets } = splitPreset(type, preset);
  requireAllowedAddresses(context, type, values);
  const spec = withSecretNames({ ...rest, ...(hasKeys(values) && { preset: values }) }, secrets);
  return { spec, type, values, secrets };
}

/** The endpoints of a preset must be addresses to which this server may connect. */
function requireAllowedAddresses(
  { deps }: RequestContext,
  type: ConnectionType,
  values: JsonObject,
): void {
  try {
    checkAddresses(deps, type, { config: values, secrets: {} });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.fields.map(inPresetPath).map((issue) => ({ ...issue, path: `spec.${issue.path}` })),
    );
  }
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
