import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import { isJsonObject } from '../../src/core/catalog/json.ts';
import { toJsonSchema } from '../../src/features/connection-types/json-schema.ts';
import { newPrivateKey } from '../helpers/private-key.ts';
import { fullConfig, minimalConfig, typeNamed } from './sample-configs.ts';

// A rule's fragment requires properties that the schema around it defines, which these two forbid.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
addFormats.default(ajv);

const accepts = (type: ConnectionType, config: unknown) =>
  ajv.compile(toJsonSchema(type))(config) === true;

const propertiesOf = (name: string) => {
  const { properties } = toJsonSchema(typeNamed(name));
  if (!isJsonObject(properties)) throw new Error('no properties');
  return properties;
};

describe.each(listShippedTypes())('the JSON Schema of $type', (type) => {
  const schema = toJsonSchema(type);

  it('is valid JSON Schema 2020-12 and refuses unknown fields', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(schema).toMatchObject({
      type: 'object',
      title: type.label,
      additionalProperties: false,
    });
  });

  it('contains labels, secrets, defaults and required fields', () => {
    expect(schema.required ?? []).toEqual(
      type.fields.filter(({ required }) => required).map(({ name }) => name),
    );
    for (const { name, label, secret, ...field } of type.fields) {
      const property = isJsonObject(schema.properties) ? schema.properties[name] : undefined;
      expect(property).toMatchObject(secret ? { title: label, writeOnly: true } : { title: label });
      if (!secret) expect(property).not.toHaveProperty('writeOnly');
      if (field.default !== undefined) expect(property).toHaveProperty('default', field.default);
    }
  });

  it('agrees with parseConfig on minimal, full and empty configs and on parsed ones', () => {
    expect(accepts(type, minimalConfig(type))).toBe(true);
    expect(accepts(type, fullConfig(type))).toBe(true);
    expect(accepts(type, {})).toBe(parseConfig(type, {}).ok);
    const parsed = parseConfig(type, minimalConfig(type));
    expect(parsed.ok && accepts(type, { ...parsed.config, ...parsed.secrets })).toBe(true);
  });
});

it('writes formats, ranges and allowed values as JSON Schema keywords', () => {
  expect(propertiesOf('Chroma').port).toMatchObject({
    type: 'integer',
    minimum: 1,
    maximum: 65535,
  });
  expect(propertiesOf('Qdrant').url).toMatchObject({
    type: 'string',
    pattern: expect.stringContaining('[Hh][Tt]{2}[Pp]'),
  });
  expect(propertiesOf('PipedreamOAuth2').expires_at).toMatchObject(given({ format: 'date-time' }));
  expect(propertiesOf('Exa').method).toMatchObject({
    ...given({ const: 'POST' }),
    default: 'POST',
  });
  expect(propertiesOf('Http').method).toMatchObject({
    enum: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
  });
  expect(propertiesOf('MCPSse').timeout).toMatchObject({
    ...given({ exclusiveMinimum: 0 }),
    default: 5,
  });
  expect(propertiesOf('MCPStdio').env).toMatchObject(
    given({ additionalProperties: { $ref: '#/$defs/text' } }),
  );
});

/** The schema of an optional field without null and blank text, which mean "left out". */
function given(schema: object) {
  return { anyOf: [schema, { type: ['string', 'null'], pattern: expect.any(String) }] };
}

it('the JSON Schema of a type is built once', () => {
  expect(toJsonSchema(typeNamed('AWS'))).toBe(toJsonSchema(typeNamed('AWS')));
});

const key = newPrivateKey();
const configs: [name: string, config: object][] = [
  ['AWS', { region: 'r', access_key_id: 'i', secret_access_key: 'k' }],
  ['AWS', { region: 'r', access_key_id: 'i' }],
  ['AWS', { region: 'r', secret_access_key: 'k', profile: 'p' }],
  ['AWS', { region: 'r' }],
  ['GoogleCloud', { private_key: key }],
  ['GoogleCloud', { private_key: key, client_email: 'e' }],
  ['Weaviate', { api_key: 'k' }],
  ['Weaviate', { api_key: 'k', deployment_type: 'custom' }],
  ['Weaviate', { api_key: 'k', deployment_type: 'custom', http_host: 'h', grpc_host: 'g' }],
  ['Elasticsearch', { username: 'u', cloud_id: 'c' }],
  ['Elasticsearch', { api_key: 'k' }],
  ['SteelBrowser', { model_api_key: 'm', environment: 'SELF_HOSTED' }],
  ['CuaDesktop', { provider_type: 'docker' }],
  ['CuaDesktop', { provider_type: 'docker', image: 'trycua/cua-xfce:latest' }],
  ['PostgreSQL', { host: ' ', database: 'd', user: 'u', password: 'p' }],
  ['PostgreSQL', { host: 'h', port: '5432', database: 'd', user: 'u', password: 'p' }],
  ['Qdrant', { api_key: 'k', url: 'ftp://example.com' }],
  ['Qdrant', { api_key: 'k', url: 'example.com' }],
  ['OpenAI', { api_key: 'k', other: 1 }],
  ['Http', { url: 'https://example.com', method: 'GET', headers: { a: 1 } }],
  ['GoogleOAuth2', { scopes: ['a', ''] }],
];

it.each(configs)('the JSON Schema agrees with parseConfig on %s %j', (name, config) => {
  const type = typeNamed(name);
  expect(accepts(type, config)).toBe(parseConfig(type, config).ok);
});
