import type { RequestContext } from '../access/request-context.ts';
import type { Viewer } from '../access/viewer.ts';
import type { JsonObject } from '../catalog/json.ts';
import { gather } from '../db/gather.ts';
import type { Prisma } from '../db/generated/client.ts';
import { hiddenArray, type Sql } from '../db/sql.ts';
import { perDeps } from '../deps.ts';
import type { AppError, ErrorCode } from '../errors.ts';
import { isUuid } from '../input.ts';
import { newId } from '../new-id.ts';

/** What happened; who did it and from where comes with the request. Never holds a value. */
export type Happening = {
  /** Such as `connection.create`; a refusal is the same with `.refused`. */
  action: string;
  projectId?: string | null;
  connectionId?: string | null;
  detail?: JsonObject;
};

type EventRow = {
  id: string;
  action: string;
  actor: string;
  organizationId: string;
  projectId: string | null;
  connectionId: string | null;
  ip: string | null;
  requestId: string;
  detail: JsonObject | null;
};

/** The row of an event. A write creates it in its own transaction: `tx.auditEvent.create({ data: … })`. */
export function auditEvent(context: RequestContext, happening: Happening) {
  const { detail, ...row } = toRow(context, happening);
  return {
    ...row,
    ...(detail !== null && { detail }),
  } satisfies Prisma.AuditEventUncheckedCreateInput;
}

/** Records an event by itself, together with those of concurrent requests; resolves when it is committed. */
export function recordEvent(context: RequestContext, happening: Happening): Promise<void> {
  return insertTogether(context.deps)(toRow(context, happening));
}

const refusals: readonly ErrorCode[] = ['forbidden', 'not_found', 'conflict', 'upstream'];

/**
 * Records that a valid credential was refused an action; a bad input is no refusal, and what anybody may
 * make for themselves no credential: strangers must not fill the disk.
 */
export async function recordRefusal(
  context: RequestContext,
  action: string,
  { kind }: AppError,
  about: Omit<Happening, 'action'>,
): Promise<void> {
  if (isStranger(context.viewer) || !refusals.includes(kind)) return;
  const detail = { ...about.detail, reason: kind };
  await recordEvent(context, { ...about, action: `${action}.refused`, detail });
}

function isStranger(viewer: Viewer): boolean {
  if (viewer.kind === 'connect_token') return viewer.via === 'anonymous';
  return viewer.kind === 'anonymous';
}

const notStored = 'What anonymous callers do is not stored.';

/** The kind and id of a credential. */
export function actorOf(viewer: Viewer): string {
  if (viewer.kind === 'anonymous') throw new Error(notStored);
  return `${viewer.kind}:${viewer.id}`;
}

const insertTogether = perDeps((deps) =>
  gather((events: readonly EventRow[]) => insertEvents(deps.sql, events)),
);

function toRow(
  { viewer, request }: RequestContext,
  { action, projectId, connectionId, detail }: Happening,
): EventRow {
  if (viewer.kind === 'anonymous') throw new Error(notStored);
  return {
    id: newId(),
    action,
    actor: actorOf(viewer),
    organizationId: viewer.organizationId,
    projectId: projectId ?? ('projectId' in viewer ? viewer.projectId : null),
    connectionId: connectionId != null && isUuid(connectionId) ? connectionId : null,
    ip: request.ip,
    requestId: request.id,
    detail: detail ?? null,
  };
}

/* A refusal does not say whose project it was: the connection does, if it is the caller's organization's. */
const statement = `
  INSERT INTO audit_event
    (id, action, actor, organization_id, project_id, connection_id, ip, request_id, detail)
  SELECT e.id, e.action, e.actor, e.organization_id,
    COALESCE(e.project_id, (SELECT p.id FROM connection c JOIN project p ON p.id = c.project_id
      WHERE c.id = e.connection_id AND p.organization_id = e.organization_id)),
    e.connection_id, e.ip, e.request_id, e.detail
  FROM unnest(${hiddenArray('uuid')}, $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[],
    $8::text[], $9::jsonb[])
    AS e(id, action, actor, organization_id, project_id, connection_id, ip, request_id, detail)`;

async function insertEvents(sql: Sql, events: readonly EventRow[]): Promise<undefined[]> {
  await sql('record-events', statement, [
    events.map(({ id }) => id),
    events.map(({ action }) => action),
    events.map(({ actor }) => actor),
    events.map(({ organizationId }) => organizationId),
    events.map(({ projectId }) => projectId),
    events.map(({ connectionId }) => connectionId),
    events.map(({ ip }) => ip),
    events.map(({ requestId }) => requestId),
    events.map(({ detail }) => (detail === null ? null : JSON.stringify(detail))),
  ]);
  return new Array(events.length);
}
