import type { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { ConnectionJsonFragment } from './generated/operations.ts';

const time = z.iso.datetime().describe('RFC 3339, in UTC, to the second.');
const config = z.record(z.string(), z.unknown());

/** A connection as REST shows it. */
export const connectionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    type: z.string().describe('`dynamiq.connections.OpenAI`'),
    status: z.enum(['active', 'incomplete', 'expired']),
    project_id: z.uuid(),
    config: config
      .nullable()
      .describe('Without secrets; null for a system-managed connection or a damaged one.'),
    config_error: z.literal('unreadable').optional().describe('In a list, of a damaged config.'),
    secret_fields: z.array(z.string()).describe('The secret fields that hold a value.'),
    is_system: z.boolean(),
    created_by: z.string().nullable(),
    created_at: time,
    updated_at: time,
    version: z.int(),
  })
  .meta({ id: 'Connection' });

export const credentialsSchema = z
  .object({
    id: z.uuid(),
    type: z.string(),
    config: config.describe('Decrypted, secrets included.'),
    expires_at: time.nullable(),
  })
  .meta({ id: 'Credentials' });

/** The answer of a write that has no result. */
export const messageSchema = z.object({ message: z.string() }).meta({ id: 'Message' });

export function connectionJson(connection: ConnectionJsonFragment) {
  return {
    id: connection.id,
    name: connection.name,
    type: connection.type,
    status: connection.status.toLowerCase(),
    project_id: connection.projectId,
    config: connection.config,
    secret_fields: connection.secretFields,
    is_system: connection.isSystem,
    created_by: connection.createdBy,
    created_at: timeJson(connection.createdAt),
    updated_at: timeJson(connection.updatedAt),
    version: connection.version,
  };
}

/** A list's connections; those at which an error lies did not open. */
export function connectionsJson(
  connections: readonly ConnectionJsonFragment[],
  errors: readonly GraphQLError[],
) {
  const unreadable = new Set(errors.map(({ path }) => path?.[2]));
  return connections.map((connection, index) => ({
    ...connectionJson(connection),
    ...(unreadable.has(index) && { config_error: 'unreadable' }),
  }));
}

/** A time as REST writes it: RFC 3339 in UTC, to the second. */
export function timeJson(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
