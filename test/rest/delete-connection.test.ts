import { expect, test } from 'vitest';
import { createConnection, makeSystem } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const remove = (id: string) => server.rest('DELETE', `/v1/connections/${id}`);

test('deleting a connection removes it and its sealed values', async () => {
  const { id } = await createConnection(server);
  const { status, json } = await remove(id);
  expect(status).toBe(200);
  expect(json).toEqual({ message: 'deleted' });
  expect(await server.rest('GET', `/v1/connections/${id}`)).toMatchObject({ status: 404 });
  const { db } = server.deps;
  expect(await db.connectionSecret.findUnique({ where: { connectionId: id } })).toBeNull();
});

test('deleting a connection twice is 404', async () => {
  const { id } = await createConnection(server);
  await remove(id);
  expect(await remove(id)).toMatchObject({ status: 404 });
});

test('one of several concurrent deletions returns 200, and the others 404', async () => {
  const { id } = await createConnection(server);
  const answers = await Promise.all(Array.from({ length: 8 }, () => remove(id)));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...new Array(7).fill(404)]);
});

test('deleting a system-managed connection is 403', async () => {
  const { id } = await createConnection(server);
  await makeSystem(server, id);
  const { status, json } = await remove(id);
  expect(status).toBe(403);
  expect(json).toEqual({ error: { code: 'forbidden', message: expect.any(String) } });
});

test('the body of a deletion is ignored and does not break the next request on the connection', async () => {
  const { id } = await createConnection(server);
  const agent = `${server.url}/v1/connections/${id}`;
  const headers = { authorization: `Bearer ${server.adminKey}` };
  const first = await fetch(agent, { method: 'DELETE', headers, body: 'x'.repeat(100_000) });
  expect(first.status).toBe(200);
  const second = await fetch(agent, { method: 'DELETE', headers });
  expect(second.status).toBe(404);
});
