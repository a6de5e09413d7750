import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { builder } from '../../core/graphql/builder.ts';
import { toJsonSchema } from './json-schema.ts';

/** Loading the whole catalogue costs as much as this many rows. */
export const catalogueCost = 20;

const FieldKindRef = builder.enumType('FieldKind', {
  description: 'What a value of a config field is.',
  values: {
    STRING: { value: 'string', description: 'Text of one or more lines.' },
    URL: { value: 'url', description: 'The absolute URL of a service.' },
    PORT: { value: 'port', description: 'A whole number from 1 to 65535.' },
    INTEGER: { value: 'integer', description: 'A number without a fraction.' },
    NUMBER: { value: 'number', description: 'A number, with or without a fraction.' },
    BOOLEAN: { value: 'boolean', description: 'Either true or false.' },
    ENUM: { value: 'enum', description: 'One of the values that `enum` lists.' },
    STRING_LIST: { value: 'string[]', description: 'A list of texts, possibly empty.' },
    OBJECT: { value: 'object', description: 'A JSON object with any keys.' },
    DATETIME: { value: 'datetime', description: 'An RFC 3339 date and time.' },
  } satisfies Record<string, { value: FieldKind; description: string }>,
});

const ConnectionTypeField = builder.objectRef<Field>('ConnectionTypeField').implement({
  description: "One field of a type's config.",
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in the config: `api_key`.' }),
    label: t.exposeString('label', { description: 'Its name in words: `API key`.' }),
    kind: t.expose('kind', { type: FieldKindRef, description: 'What a value of the field is.' }),
    required: t.exposeBoolean('required', { description: 'Whether it must be given.' }),
    secret: t.exposeBoolean('secret', {
      description: 'Whether only the credentials call gives it back.',
    }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What is filled in when it is left out.',
      resolve: (field) => field.default ?? null,
    }),
    enum: t.stringList({
      nullable: true,
      description: 'The values allowed, where they are listed.',
      resolve: (field) => (field.enum === undefined ? null : [...field.enum]),
    }),
    description: t.string({
      nullable: true,
      description: 'Help for whoever fills it in.',
      resolve: (field) => field.description ?? null,
    }),
  }),
});

export const ConnectionTypeRef = builder.objectRef<ConnectionType>('ConnectionType').implement({
  description: 'A catalogue entry, enough to draw a form from.',
  fields: (t) => ({
    type: t.exposeString('type', {
      description: 'The full identifier, `dynamiq.connections.OpenAI`.',
    }),
    label: t.exposeString('label', { description: 'Its name for people.' }),
    category: t.exposeString('category', { description: 'What kind of service: `llm`, `oauth2`.' }),
    isOAuth: t.boolean({
      description: 'Whether it takes a consent at a provider.',
      resolve: ({ oauth2 }) => oauth2 !== undefined,
    }),
    defaultScopes: t.stringList({
      description: 'What a consent asks for when the config names no scopes.',
      resolve: ({ oauth2 }) => [...(oauth2?.defaultScopes ?? [])],
    }),
    fields: t.field({
      type: [ConnectionTypeField],
      description: "The config's fields, in the order of a form.",
      resolve: ({ fields }) => [...fields],
    }),
    jsonSchema: t.field({
      type: 'JSONObject',
      description: 'The same as JSON Schema 2020-12, with `writeOnly: true` on secrets.',
      resolve: (type) => toJsonSchema(type),
    }),
  }),
});
