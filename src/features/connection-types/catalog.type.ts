import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { logoPath } from '../../core/catalog/logo.ts';
import { builder } from '../../core/graphql/builder.ts';
import type { Context } from '../../core/graphql/context.ts';
import { redirectUriOf } from '../../oauth/consent/callback-address.ts';
import { toJsonSchema } from './json-schema.ts';

/** Loading the whole catalogue costs as much as this many rows. */
export const catalogueCost = 20;

const FieldKindRef = builder.enumType('FieldKind', {
  description: 'The kind of value that a config field holds.',
  values: {
    STRING: { value: 'string', description: 'A text of one or more lines.' },
    URL: { value: 'url', description: 'The absolute URL of a service.' },
    PORT: { value: 'port', description: 'A whole number from 1 to 65535.' },
    INTEGER: { value: 'integer', description: 'A number without a fraction.' },
    NUMBER: { value: 'number', description: 'A number, with or without a fraction.' },
    BOOLEAN: { value: 'boolean', description: 'A boolean, either true or false.' },
    ENUM: { value: 'enum', description: 'One of the values in the list `enum`.' },
    STRING_LIST: { value: 'string[]', description: 'A list of texts, which can be empty.' },
    OBJECT: { value: 'object', description: 'A JSON object with any keys.' },
    DATETIME: { value: 'datetime', description: 'An RFC 3339 date and time.' },
  } satisfies Record<string, { value: FieldKind; description: string }>,
});

const FieldAudienceRef = builder.enumType('FieldAudience', {
  description: 'The people who can fill in a field.',
  values: {
    ANYONE: { value: 'anyone', description: 'Members of the organization and end users.' },
    OPERATOR: { value: 'operator', description: 'Members only. No end user ever sees the field.' },
  } as const,
});

const ConnectionTypeOriginRef = builder.enumType('ConnectionTypeOrigin', {
  description: 'The author of a connection type.',
  values: {
    SHIPPED: { value: 'shipped', description: 'The type comes with the server.' },
    CUSTOM: {
      value: 'custom',
      description: 'The organization or the operator of the server has defined the type.',
    },
  } as const,
});

const ConnectionTypeField = builder.objectRef<Field>('ConnectionTypeField').implement({
  description: 'A field of the config that a connection type requires or allows.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'The name of the field in the config, such as `api_key`.',
    }),
    label: t.exposeString('label', {
      description: 'The name of the field for people, such as `API key`.',
    }),
    kind: t.expose('kind', {
      type: FieldKindRef,
      description: 'The kind of value that the field holds.',
    }),
    required: t.exposeBoolean('required', {
      description: 'Whether the config must contain the field.',
    }),
    secret: t.exposeBoolean('secret', {
      description:
        'Whether the value is secret. Only `fetchCredentials` and `resolveCredentials` return secret values.',
    }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The value that the server stores if you leave the field out; null without a default.',
      resolve: (field) => field.default ?? null,
    }),
    enum: t.stringList({
      nullable: true,
      description: 'The allowed values of a field of the kind `ENUM`; null for other kinds.',
      resolve: (field) => (field.enum === undefined ? null : [...field.enum]),
    }),
    description: t.string({
      nullable: true,
      description: 'A help text for the person who enters the value.',
      resolve: (field) => field.description ?? null,
    }),
    placeholder: t.string({
      nullable: true,
      description: 'An example of a value, to show in the empty field.',
      resolve: (field) => field.placeholder ?? null,
    }),
    pattern: t.string({
      nullable: true,
      description: 'A regular expression of RE2 that the text matches; null without one.',
      resolve: (field) => field.pattern ?? null,
    }),
    audience: t.field({
      type: FieldAudienceRef,
      description: 'The people who can see the field in a form and fill it in.',
      resolve: (field) => field.audience ?? 'anyone',
    }),
  }),
});

export const ConnectionTypeRef = builder.objectRef<ConnectionType>('ConnectionType').implement({
  description: 'A type of connection from the catalog, with all that a form needs.',
  fields: (t) => ({
    type: t.exposeString('type', {
      description: 'The full identifier of the type, such as `dynamiq.connections.OpenAI`.',
    }),
    label: t.exposeString('label', { description: 'The name of the type, for people.' }),
    category: t.exposeString('category', {
      description: 'The category of the service, such as `llm` or `oauth2`.',
    }),
    isOAuth: t.boolean({
      description: 'Whether a person must give consent at a provider.',
      resolve: ({ oauth2 }) => oauth2 !== undefined,
    }),
    redirectUri: t.field({
      type: 'URL',
      nullable: true,
      description:
        'The redirect URI to register at the provider; null without OAuth, and for the generic type, whose connections and requirements each have their own.',
      resolve: (type, _args, { deps }) => redirectUriOf(deps.config.publicUrl, type),
    }),
    defaultScopes: t.stringList({
      description: 'The scopes that a consent asks for if the config names none.',
      resolve: ({ oauth2 }) => [...(oauth2?.defaultScopes ?? [])],
    }),
    logoUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The address of an SVG of one colour, which this server serves to everyone.',
      resolve: (type, _args, { deps }) => `${deps.config.publicUrl}${logoPath(type)}`,
    }),
    fields: t.field({
      type: [ConnectionTypeField],
      description: 'The fields of the config, in the order of a form.',
      resolve: ({ fields }) => [...fields],
    }),
    jsonSchema: t.field({
      type: 'JSONObject',
      description: 'The same fields as a JSON Schema (2020-12), with `writeOnly: true` on secrets.',
      resolve: (type) => toJsonSchema(type),
    }),
    origin: t.expose('origin', {
      type: ConnectionTypeOriginRef,
      description: 'Whether the type comes with the server or was defined by its users.',
    }),
    version: t.exposeInt('version', {
      description:
        'A number that grows with every published change of a custom type. It is 1 for a shipped type.',
    }),
    docsUrl: t.field({
      type: 'URL',
      nullable: true,
      description: "The page of the service's documentation; null if unknown.",
      resolve: ({ docsUrl }) => docsUrl,
    }),
    keyUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The page on which a person finds or makes the key; null if unknown.',
      resolve: ({ keyUrl }) => keyUrl,
    }),
    hosts: t.stringList({
      description:
        'The only hosts that receive the credentials in requests of the proxy and of verification. A name can contain `{field}`.',
      resolve: ({ http }) => [...(http?.hosts ?? [])],
    }),
    canVerify: t.boolean({
      description: 'Whether the server can find out if credentials of this type work.',
      resolve: ({ verify }) => verify !== undefined,
    }),
    canProxy: t.boolean({
      description: 'Whether the server can call the service with the credentials of a connection.',
      resolve: ({ http }) => http !== undefined,
    }),
    definition: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'The definition, as an update takes it; null for a type that the API cannot change.',
      resolve: async (type, _args, context) => (await loadOwn(type, context))?.definition ?? null,
    }),
    unconfirmed: t.stringList({
      description:
        'Paths in the definition that the metadata of its issuer does not confirm, such as `oauth2.revocation_url`.',
      resolve: async (type, _args, context) => (await loadOwn(type, context))?.unconfirmed ?? [],
    }),
  }),
});

/** Loads the definition for members: it names fields that no end user sees. */
function loadOwn({ customTypeId }: ConnectionType, { deps, viewer }: Context) {
  if (customTypeId === null || viewer.kind === 'connect_token') return undefined;
  return deps.loadDefinition(customTypeId);
}
