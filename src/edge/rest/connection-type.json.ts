import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import { logoPath } from '../../core/catalog/logo.ts';
import { toJsonSchema } from '../../features/connection-types/json-schema.ts';
import { redirectUriOf } from '../../oauth/consent/callback-address.ts';

const anyObject = z.record(z.string(), z.unknown());

const typeFieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  kind: z.string().describe('Such as `string` or `url`, as in a definition.'),
  required: z.boolean(),
  secret: z.boolean(),
  default: z.unknown().describe('What the server stores if the field is left out; or null.'),
  enum: z.array(z.string()).nullable(),
  description: z.string().nullable(),
  placeholder: z.string().nullable(),
  pattern: z.string().nullable(),
  audience: z.enum(['anyone', 'operator']),
});

/** The schema of a connection type in a list. */
export const listedTypeSchema = z
  .object({
    type: z.string().describe('`dynamiq.connections.OpenAI`'),
    label: z.string(),
    category: z.string(),
    origin: z.enum(['shipped', 'custom']),
    version: z.int(),
    is_oauth: z.boolean(),
    redirect_uri: z
      .string()
      .nullable()
      .describe('To register at the provider, if it is one for all.'),
    default_scopes: z.array(z.string()),
    logo_url: z.string().describe('An SVG, which needs no credential.'),
    docs_url: z.string().nullable(),
    key_url: z.string().nullable(),
    hosts: z.array(z.string()).describe('The only hosts that receive the credentials.'),
    can_verify: z.boolean(),
    can_proxy: z.boolean(),
    fields: z.array(typeFieldSchema),
  })
  .meta({ id: 'ListedConnectionType' });

/** The schema of a connection type that is read alone. */
export const typeSchema = listedTypeSchema
  .extend({
    json_schema: anyObject.describe('The config as JSON Schema 2020-12.'),
    definition: anyObject
      .nullable()
      .describe('As a PUT takes it; null if the API cannot change it.'),
    unconfirmed: z
      .array(z.string())
      .describe("Paths in the definition that its issuer's metadata does not confirm."),
  })
  .meta({ id: 'ConnectionType' });

/** Returns the JSON of a connection type in a list. */
export function listedTypeJson({ deps }: RequestContext, type: ConnectionType) {
  return {
    type: type.type,
    label: type.label,
    category: type.category,
    origin: type.origin,
    version: type.version,
    is_oauth: type.oauth2 !== undefined,
    redirect_uri: redirectUriOf(deps.config.publicUrl, type),
    default_scopes: type.oauth2?.defaultScopes ?? [],
    logo_url: `${deps.config.publicUrl}${logoPath(type)}`,
    docs_url: type.docsUrl,
    key_url: type.keyUrl,
    hosts: type.http?.hosts ?? [],
    can_verify: type.verify !== undefined,
    can_proxy: type.http !== undefined,
    fields: type.fields.map(fieldJson),
  };
}

/** Returns the JSON of a connection type with its definition. */
export async function typeJson(context: RequestContext, type: ConnectionType) {
  const { customTypeId } = type;
  const stored = customTypeId === null ? null : await context.deps.loadDefinition(customTypeId);
  return {
    ...listedTypeJson(context, type),
    json_schema: toJsonSchema(type),
    definition: stored?.definition ?? null,
    unconfirmed: stored?.unconfirmed ?? [],
  };
}

function fieldJson(field: Field) {
  return {
    name: field.name,
    label: field.label,
    kind: field.kind,
    required: field.required,
    secret: field.secret,
    default: field.default ?? null,
    enum: field.enum ?? null,
    description: field.description ?? null,
    placeholder: field.placeholder ?? null,
    pattern: field.pattern ?? null,
    audience: field.audience ?? 'anyone',
  };
}
