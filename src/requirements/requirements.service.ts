import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleApps, visibleRequirements } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import type { JsonObject } from '../catalog/json.ts';
import { isUniqueViolation } from '../db/errors.ts';
import type { Prisma, Requirement } from '../db/generated/client.ts';
import type { RequirementKind } from '../db/generated/enums.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { mostRequirements } from '../limits.ts';
import { newId } from '../new-id.ts';
import { parseSpec } from './spec.input.ts';

export type NewRequirement = {
  appId: string;
  name: string;
  kind: RequirementKind;
  title: string;
  description?: string | null | undefined;
  spec: JsonObject;
  workflowId?: string | null | undefined;
};

/**
 * Has an app ask its users for something more.
 *
 * @returns its id.
 * @throws InvalidInputError, NotFoundError for the app, ConflictError for the name or when the app asks
 * for as much as it may.
 */
export async function createRequirement(
  context: RequestContext,
  { appId, spec, description, workflowId, ...given }: NewRequirement,
): Promise<string> {
  if (!isUuid(appId)) throw new NotFoundError('app');
  const row = {
    id: newId(),
    ...given,
    spec: requireSpec(given.kind, spec),
    description: description ?? null,
    workflowId: workflowId ?? null,
  };
  const mine = { AND: [{ id: appId }, visibleApps(requireMember(context.viewer))] };
  const create = context.deps.db.$transaction(async (tx) => {
    const app = await tx.app.findFirst({ where: mine, select: { id: true, projectId: true } });
    if (app === null) throw new NotFoundError('app');
    await requireRoom(tx, app.id);
    await tx.requirement.create({ data: { ...row, appId: app.id }, select: { id: true } });
    const event = { action: 'requirement.create', detail: detailOf({ ...row, appId: app.id }) };
    const data = auditEvent(context, { ...event, projectId: app.projectId });
    await tx.auditEvent.create({ data });
  });
  await create.catch(refuseTakenName);
  return row.id;
}

export type RequirementChanges = {
  id: string;
  title?: string | null | undefined;
  /** Null takes it away. */
  description?: string | null | undefined;
  spec?: JsonObject | null | undefined;
};

/**
 * Changes a requirement; what is left out stays as it is. What users linked stays too, and counts again
 * as soon as it is what is asked for.
 *
 * @throws InvalidInputError, NotFoundError.
 */
export async function updateRequirement(
  context: RequestContext,
  { id, title, description, spec }: RequirementChanges,
): Promise<void> {
  if (!isUuid(id)) throw new NotFoundError('requirement');
  const where = { AND: [{ id }, visibleRequirements(requireMember(context.viewer))] };
  await context.deps.db.$transaction(async (tx) => {
    const stored = await tx.requirement.findFirst({
      where,
      include: { app: { select: { projectId: true } } },
    });
    if (stored === null) throw new NotFoundError('requirement');
    const data = {
      ...(title != null && { title }),
      ...(description !== undefined && { description }),
      ...(spec != null && { spec: requireSpec(stored.kind, spec) }),
    };
    const isEmpty = Object.keys(data).length === 0; // then updateMany counts no row
    const { count } = isEmpty ? { count: 1 } : await tx.requirement.updateMany({ where, data });
    if (count === 0) throw new NotFoundError('requirement'); // deleted meanwhile
    const { projectId } = stored.app;
    const event = { action: 'requirement.update', projectId, detail: detailOf(stored) };
    await tx.auditEvent.create({ data: auditEvent(context, event) });
  });
}

/** What the audit log keeps of a requirement that is written. */
export function detailOf({ id, appId, name }: Pick<Requirement, 'id' | 'appId' | 'name'>) {
  return { app: appId, requirement: id, name };
}

/* Whoever makes one holds the app, so that two together do not make one too many. */
async function requireRoom(tx: Prisma.TransactionClient, appId: string): Promise<void> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM app WHERE id = ${appId}::uuid FOR NO KEY UPDATE`;
  if (held.length === 0) throw new NotFoundError('app'); // deleted meanwhile
  const count = await tx.requirement.count({ where: { appId } });
  if (count < mostRequirements) return;
  throw new ConflictError(
    `The app has ${mostRequirements} requirements, as many as there may be. Delete one first.`,
  );
}

function requireSpec(kind: RequirementKind, given: JsonObject): JsonObject {
  const parsed = parseSpec(kind, given);
  if (parsed.ok) return parsed.spec;
  const fields = parsed.issues.map(({ path, message }) => ({ path: `spec.${path}`, message }));
  throw new InvalidInputError(fields);
}

function refuseTakenName(error: unknown): never {
  if (!isUniqueViolation(error, 'app_id', 'name')) throw error;
  throw new ConflictError('The app already has a requirement of this name.', undefined, {
    cause: error,
  });
}
