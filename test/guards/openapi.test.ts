import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../src/rest/rest.app.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';

type Operation = {
  operationId: string;
  summary: string;
  responses: Record<string, { content?: object }>;
  requestBody?: object;
};
type Document = {
  openapi: string;
  servers: object[];
  paths: Record<string, Record<string, Operation>>;
};

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startTestServer();
  document = (await server.rest<Document>('GET', '/v1/openapi.json', { key: null })).json;
});
afterAll(() => server.close());

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

test('it has every route, and no other', () => {
  const described = operations().map(({ method, path }) => `${method} ${path}`);
  expect(described.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

test('every operation has its own name and what it can answer', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { method, path, operation } of operations()) {
    const { status, body, failures } =
      routes.find((route) => route.method === method && route.path === path) ?? {};
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
