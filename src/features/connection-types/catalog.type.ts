import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { logoPath } from '../../core/catalog/logo.ts';
import { builder } from '../../core/graphql/builder.ts';
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
    defaultScopes: t.stringList({
      description: 'The scopes that a consent asks for if the config names none.',
      resolve: ({ oauth2 }) => [...(oauth2?.defaultScopes ?? [])],
    }),
    logoUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The address of an SVG of one colour, which this server serves to everyone.',
      resolve: ({ type }, _args, { deps }) => `${deps.config.publicUrl}${logoPath(type)}`,
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
  }),
});
