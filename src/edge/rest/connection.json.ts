import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type {
  ConnectionRow,
  StoredVerification,
} from '../../features/connections/connection-row.ts';
import { openShownConfig } from '../../features/connections/shown-config.ts';
import { VerificationVerdict } from '../../platform/db/generated/enums.ts';
import { logBug } from '../http/masking.ts';

const time = z.iso.datetime().describe('RFC 3339, in UTC, to the second.');
const shownConfigSchema = z.record(z.string(), z.unknown());

/** The schema of a verdict in a response. */
export const verificationSchema = z
  .object({
    verdict: z.enum(VerificationVerdict),
    checked_at: time,
    message: z.string().describe('A sentence for a person: the result, and what to do.'),
    http_status: z.int().nullable(),
    account: z.object({ id: z.string().nullable(), label: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Verification' });

/** The schema of a connection in a response. */
export const connectionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    type: z.string().describe('`dynamiq.connections.OpenAI`'),
    status: z.enum(['active', 'incomplete', 'expired']),
    project_id: z.uuid(),
    config: shownConfigSchema
      .nullable()
      .describe('Without secrets; null for a system-managed connection or a damaged one.'),
    config_error: z.literal('unreadable').optional().describe('In a list, of a damaged config.'),
    secret_fields: z.array(z.string()).describe('The secret fields that hold a value.'),
    is_system: z.boolean(),
    created_by: z.string().nullable(),
    created_at: time,
    updated_at: time,
    version: z.int(),
    verification: verificationSchema
      .optional()
      .describe('The last verdict; absent before the first.'),
  })
  .meta({ id: 'Connection' });

export const credentialsSchema = z
  .object({
    id: z.uuid(),
    type: z.string(),
    config: shownConfigSchema.describe('Decrypted, secrets included.'),
    expires_at: time.nullable(),
  })
  .meta({ id: 'Credentials' });

/** The response to a write that has no result. */
export const messageSchema = z.object({ message: z.string() }).meta({ id: 'Message' });

/**
 * Returns the JSON of a connection.
 *
 * @throws VaultError if its config is damaged.
 */
export async function connectionJson({ deps }: RequestContext, connection: ConnectionRow) {
  return jsonWithConfig(connection, await openShownConfig(deps, connection));
}

/** Returns the JSON of a list. One damaged config does not fail the list: it is null, with `config_error`. */
export function connectionsJson(context: RequestContext, connections: readonly ConnectionRow[]) {
  return Promise.all(
    connections.map((connection) =>
      connectionJson(context, connection).catch((error: unknown) => {
        logBug(context, error);
        return { ...jsonWithConfig(connection, null), config_error: 'unreadable' };
      }),
    ),
  );
}

function jsonWithConfig(connection: ConnectionRow, config: JsonObject | null) {
  return {
    id: connection.id,
    name: connection.name,
    type: connection.type,
    status: connection.status,
    project_id: connection.projectId,
    config,
    secret_fields: connection.secretFields,
    is_system: connection.isSystem,
    created_by: connection.createdBy,
    created_at: timeJson(connection.createdAt),
    updated_at: timeJson(connection.updatedAt),
    version: connection.version,
    ...(connection.verification && { verification: verificationJson(connection.verification) }),
  };
}

/** Returns the JSON of a verdict. */
export function verificationJson(verification: StoredVerification) {
  return {
    verdict: verification.verdict,
    checked_at: timeJson(verification.checkedAt),
    message: verification.message,
    http_status: verification.httpStatus,
    account: verification.account,
  };
}

/** Writes a time in the form of REST: RFC 3339 in UTC, to the second. */
export function timeJson(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
