import { beforeAll, expect, test } from 'vitest';
import { createConnection, newConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

/* The database is closed for all of these tests. */

const server = useServer();
let id: string;
beforeAll(async () => {
  id = (await createConnection(server)).id;
  await server.database.close();
});

test('REST returns 503 with a message that says to try again', async () => {
  for (const [method, path, body] of [
    ['GET', `/v1/connections/${id}`, undefined],
    ['POST', '/v1/connections', newConnection(server)],
    ['POST', `/v1/connections/${id}/credentials`, undefined],
  ] as const) {
    const { status, json } = await server.rest(method, path, { body });
    expect([path, status]).toEqual([path, 503]);
    expect(json).toEqual({
      error: { code: 'unavailable', message: expect.stringContaining('again') },
    });
  }
});

test('GraphQL returns the code UNAVAILABLE', async () => {
  const { status, errors } = await server.graphql('{ viewer { organization { id } } }');
  expect(status).toBe(503);
  expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
});

test('the process is healthy and not ready', async () => {
  expect((await server.rest('GET', '/health')).status).toBe(200);
  expect((await server.rest('GET', '/ready')).status).toBe(503);
});
