import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, test } from 'vitest';
import { restRoutes } from '../../src/edge/rest/rest.app.ts';
import { useServer } from '../helpers/server.ts';

type Operation = {
  operationId: string;
  summary: string;
  responses: Record<string, { content?: object; headers?: Record<string, object> }>;
  requestBody?: { content: Record<string, { example?: object; schema: Schema }> };
  security: Record<string, string[]>[];
  tags: string[];
  description: string;
  parameters?: { name: string; in: string; schema: Schema }[];
};
type Schema = {
  type?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  enum?: string[];
};
type Document = {
  openapi: string;
  servers: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
};

const proxyPath = '/v1/connections/{connection_id}/proxy/{path}';

const server = useServer({ env: { PUBLIC_URL: 'https://patchbay.test' } });
let document: Document;
beforeAll(async () => {
  document = (await server.rest<Document>('GET', '/v1/openapi.json', { key: null })).json;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers).toEqual([{ url: server.deps.config.publicUrl }]);
});

test('the document has every route and no other', () => {
  const described = operations().map(({ method, path }) => `${method} ${path}`);
  const routes = restRoutes.map(({ method, path }) => `${method} ${path}`);
  const proxied = ['get', 'post', 'put', 'patch', 'delete'].map(
    (method) => `${method} ${proxyPath}`,
  );
  expect(described.sort()).toEqual([...routes, ...proxied].sort());
});

test('the proxy is described with its own failures', () => {
  const { responses } = document.paths[proxyPath]?.post ?? {};
  expect(Object.keys(responses ?? {})).toEqual(
    [200, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504].map(String),
  );
});

test('every operation has its own name and its responses', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { method, path, operation } of operations()) {
    if (path === proxyPath) continue; // it is no row of the table
    const { status, body, failures } =
      restRoutes.find((route) => route.method === method && route.path === path) ?? {};
    const wanted = [
      status,
      401,
      403,
      500,
      503,
      ...(failures ?? []),
      ...(body ? [400, 413, 415] : []),
    ];
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(wanted.map(String)));
    expect(operation.requestBody !== undefined).toBe(body !== undefined);
    expect(operation.summary).not.toBe('');
  }
});

test('Redocly finds nothing with its recommended rules', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const source = JSON.stringify(document);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});

const find = (method: string, path: string) => document.paths[path]?.[method] as Operation;

test('a config has any field, and an example shows one', () => {
  for (const { operation } of operations()) {
    const { schema, example } = operation.requestBody?.content['application/json'] ?? {};
    if (!schema?.properties?.config) continue;
    expect(schema.properties.config).toMatchObject({ type: 'object', additionalProperties: true });
    expect(example).toHaveProperty('config');
  }
});

test('numbers and booleans of a query have their types and defaults', () => {
  const parameters = find('get', '/v1/connections').parameters ?? [];
  const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  expect(schemas).toMatchObject({
    include_system: { type: 'boolean', default: false },
    page: { type: 'integer', minimum: 1, default: 1 },
    page_size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  });
});

test('each kind of credential has a security scheme, and public apps need none', () => {
  const schemes = Object.keys(document.components.securitySchemes);
  expect(schemes).toEqual(['accessKey', 'personalAccessToken', 'identityToken', 'connectToken']);
  const members = [{ accessKey: [] }, { personalAccessToken: [] }, { identityToken: [] }];
  expect(find('get', '/v1/connections').security).toEqual(members);
  expect(find('get', '/v1/connect/requirements').security).toEqual([{ connectToken: [] }]);
  expect(find('post', '/v1/connect/tokens').security).toEqual([{}, ...members]);
});

test('every operation has a tag, a description, and headers', () => {
  for (const { operation } of operations()) {
    expect(operation.tags).toHaveLength(1);
    expect(operation.description).toMatch(/\.$/);
    for (const [status, { headers = {} }] of Object.entries(operation.responses)) {
      expect(headers).toHaveProperty('X-Request-Id');
      expect('Retry-After' in headers).toBe(status === '429');
    }
  }
});

test('the document lists the error codes', () => {
  const code = document.components.schemas.Error?.properties?.error?.properties?.code;
  expect(code?.enum).toEqual(expect.arrayContaining(['bad_request', 'not_found', 'conflict']));
});
