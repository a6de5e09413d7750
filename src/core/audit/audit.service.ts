import { createHmac } from 'node:crypto';
import type { Batched } from '../../platform/db/batch.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { AppError, ErrorCode } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import type { Rate } from '../access/rate.ts';
import type { RequestContext } from '../access/request-context.ts';
import { isStranger, type Viewer } from '../access/viewer.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Deps } from '../deps/deps.ts';
import { lengthPrefixed } from '../vault/sealed.ts';
import { loadServerSecret } from '../vault/server-secret.ts';

/**
 * An event to record. The actor, the address and the time come with the request. It must never contain a
 * secret.
 */
export type AuditEntry = {
  /** The name of the action, such as `connection.create`; a refusal has the suffix `.refused`. */
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

/**
 * Returns the row of an event. A write creates it in its own transaction: `tx.auditEvent.create({ data: …
 * })`.
 */
export function auditEvent(context: RequestContext, entry: AuditEntry) {
  const { detail, ...row } = toRow(context, entry);
  return {
    ...row,
    ...(detail !== null && { detail }),
  } satisfies Prisma.AuditEventUncheckedCreateInput;
}

/**
 * Records an event that belongs to no write. Concurrent events share one statement. It resolves when the
 * event is committed.
 */
export function recordEvent(context: RequestContext, entry: AuditEntry): Promise<void> {
  return context.deps.insertAuditEvent(toRow(context, entry));
}

const recordedRefusals: readonly ErrorCode[] = ['forbidden', 'not_found', 'conflict', 'upstream'];

/**
 * Records that a valid credential was refused an action. It does not record invalid input, and nothing
 * that a stranger without a credential does: strangers must not fill the disk.
 */
export async function recordRefusal(
  context: RequestContext,
  action: string,
  { kind }: AppError,
  about: Omit<AuditEntry, 'action'>,
): Promise<void> {
  if (isStranger(context.viewer) || !recordedRefusals.includes(kind) || !mayRecord(context)) return;
  const detail = { ...about.detail, reason: kind };
  await recordEvent(context, { ...about, action: `${action}.refused`, detail });
}

declare module '../deps/deps.ts' {
  interface Deps {
    insertAuditEvent: Batched<EventRow, undefined>;
    /** How often each end user's refusals are recorded. */
    recordedRefusals: Rate;
  }
}

/**
 * Limits the refusals that one connect token records: end users can repeat a refused call as often as they
 * like, and must not fill the log.
 */
function mayRecord({ deps, viewer }: RequestContext): boolean {
  if (viewer.kind !== 'connect_token') return true;
  const rate = deps.recordedRefusals;
  if (rate.secondsToWait(viewer.id, deps.config.limits.actionsPerKeyedToken) > 0) return false;
  rate.take(viewer.id);
  return true;
}

const notStored = 'What anonymous callers do is not stored.';

/** Returns the kind and the id of the credential. */
export function actorOf(viewer: Viewer): string {
  if (viewer.kind === 'anonymous') throw new Error(notStored);
  return `${viewer.kind}:${viewer.id}`;
}

function toRow(
  { viewer, request }: RequestContext,
  { action, projectId, connectionId, detail }: AuditEntry,
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

/** The columns of an event with their types, in the order of {@link eventValues}. */
const eventColumns = {
  id: 'uuid',
  action: 'text',
  actor: 'text',
  organization_id: 'uuid',
  project_id: 'uuid',
  connection_id: 'uuid',
  ip: 'text',
  request_id: 'text',
  detail: 'jsonb',
};
const names = Object.keys(eventColumns).join(', ');

/** Returns the values that {@link insertEvent} takes as parameters. */
export function eventValues(context: RequestContext, entry: AuditEntry): unknown[] {
  return valuesOf(toRow(context, entry));
}

/** The values of {@link insertEvent} for a write that no event records. */
export const noEvent: readonly null[] = Object.keys(eventColumns).map(() => null);

/**
 * Returns the part of a statement that writes an event for each row of `rows`, which has one row or none.
 * Its parameters begin with number `first`. So a write and its event are one statement.
 */
export function insertEvent(rows: string, first: number): string {
  const values = Object.values(eventColumns).map((type, index) => `$${first + index}::${type}`);
  return `INSERT INTO audit_event (${names}) SELECT ${values.join(', ')} FROM ${rows}
    WHERE ${values[0]} IS NOT NULL`;
}

function valuesOf(row: EventRow): unknown[] {
  const { id, action, actor, organizationId, projectId, connectionId, ip, requestId } = row;
  const detail = row.detail === null ? null : JSON.stringify(row.detail);
  return [id, action, actor, organizationId, projectId, connectionId, ip, requestId, detail];
}

const arrays = Object.values(eventColumns).map((type, index) => `$${index + 1}::${type}[]`);

/*
 * A refusal does not name a project, so it takes the project of the connection, if that belongs to the
 * caller's organization.
 */
const insertEventsStatement = `
  INSERT INTO audit_event (${names})
  SELECT e.id, e.action, e.actor, e.organization_id,
    COALESCE(e.project_id, (SELECT p.id FROM connection c JOIN project p ON p.id = c.project_id
      WHERE c.id = e.connection_id AND p.organization_id = e.organization_id)),
    e.connection_id, e.ip, e.request_id, e.detail
  FROM unnest(${arrays.join(', ')}) AS e(${names})`;

export async function insertAuditEvents(
  sql: Sql,
  events: readonly EventRow[],
): Promise<undefined[]> {
  const rows = events.map(valuesOf);
  await sql(
    'record-events',
    insertEventsStatement,
    arrays.map((_, column) => rows.map((row) => row[column])),
  );
  return events.map(() => undefined);
}

/**
 * Returns a keyed hash that stands for an end user in the audit log. It is the same for the same user of
 * the same app, and leads back to the user only with this server's secret.
 */
export async function hashUserId(deps: Deps, appId: string, userId: string): Promise<string> {
  const secret = await loadServerSecret(deps, 'audit');
  const hash = createHmac('sha256', secret);
  for (const part of [appId, userId].flatMap(lengthPrefixed)) hash.update(part);
  return hash.digest('base64url');
}
