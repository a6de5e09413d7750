import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type ConnectionJson,
  createConnection,
  type Data,
  makeSystem,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const get = (id: string, key?: string) =>
  server.rest<Data<ConnectionJson>>('GET', `/v1/connections/${id}`, { key });

test('reading a connection returns the same as creating it', async () => {
  const created = await createConnection(server);
  const { status, json, headers } = await get(created.id);
  expect(status).toBe(200);
  expect(json).toEqual({ data: created });
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-request-id': expect.any(String),
  });
});

test('a viewer key may read a connection, also a project-scoped one', async () => {
  const created = await createConnection(server);
  const projectId = server.home.projectId;
  for (const key of [
    await server.createKey({ role: 'viewer' }),
    await server.createKey({ role: 'viewer', projectId }),
  ]) {
    expect((await get(created.id, key)).json.data).toEqual(created);
  }
});

test('the id of a connection may be in upper case', async () => {
  const { id } = await createConnection(server);
  expect((await get(id.toUpperCase())).json.data.id).toBe(id);
});

test('a system-managed connection is returned without its config', async () => {
  const created = await createConnection(server);
  await makeSystem(server, created.id);
  const { status, json } = await get(created.id);
  expect(status).toBe(200);
  expect(json.data).toEqual({ ...created, is_system: true, config: null });
});

test.each([
  ['a malformed id', 'not-a-uuid'],
  ['an id that is nobody’s', randomUUID()],
  ['text that no UUID could hold', '%00'],
  ['broken percent-encoding', '%E0%A4%A'],
  ['a surrogate', '%ED%A0%80'],
  ['braces around it', `%7B${randomUUID()}%7D`],
])('%s in the path is 404', async (_what, id) => {
  const { status, text } = await get(id);
  expect(status).toBe(404);
  expect(text).toBe('{"error":{"code":"not_found","message":"Not Found"}}');
});
