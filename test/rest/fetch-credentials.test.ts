import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  createConnection,
  fetchConfig,
  google,
  makeSystem,
  newConnection,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

test('fetching credentials returns the whole config with secrets and defaults', async () => {
  const { config, type } = newConnection(server);
  const { id } = await createConnection(server, { config });
  const { status, json, headers } = await fetchConfig(server, id);
  expect(status).toBe(200);
  expect(json).toEqual({
    data: {
      id,
      type,
      config: { ...config, url: 'https://api.openai.com/v1' },
      expires_at: null,
    },
  });
  expect(headers['cache-control']).toBe('no-store');
});

test('an id in upper case is returned as it is stored', async () => {
  const { id } = await createConnection(server);
  expect((await fetchConfig(server, id.toUpperCase())).json.data.id).toBe(id);
});

test('a runtime key may fetch credentials', async () => {
  const { id } = await createConnection(server);
  const key = await server.createKey({ role: 'runtime', projectId: server.home.projectId });
  const answer = await server.rest('POST', `/v1/connections/${id}/credentials`, { key });
  expect(answer.status).toBe(200);
});

describe('the body', () => {
  const post = async (body: unknown) => {
    const { id } = await createConnection(server);
    return server.rest('POST', `/v1/connections/${id}/credentials`, { body });
  };

  test('may be an empty object', async () => {
    expect(await post({})).toMatchObject({ status: 200 });
  });

  test.each([
    ['a field', { id: 1 }, { id: 'is not a known field' }],
    ['a list', [], { body: 'must be a JSON object' }],
    ['null', null, { body: 'must be a JSON object' }],
  ])('may not hold %s', async (_what, body, details) => {
    expect(await post(body)).toMatchObject({ status: 400, json: { error: { details } } });
  });
});

test.each(['incomplete', 'expired'] as const)(
  'fetching credentials of a connection that is %s is 409 with the reason',
  async (status) => {
    const config = { client_id: 'c', client_secret: canary('client') };
    const { id } = await createConnection(server, { type: google, config });
    await server.deps.db.connection.update({ where: { id }, data: { status } });
    const answer = await fetchConfig(server, id);
    expect(answer.status).toBe(409);
    expect(answer.json).toEqual({
      error: { code: 'conflict', message: expect.stringMatching(new RegExp(`${status}.*:? .+`)) },
    });
  },
);

test('fetching credentials of a system-managed connection is 403', async () => {
  const { id } = await createConnection(server);
  await makeSystem(server, id);
  const answer = await fetchConfig(server, id);
  expect(answer.status).toBe(403);
  expect(answer.text).not.toContain('api_key');
});

test('fetching credentials of an unknown connection is 404', async () => {
  for (const id of [randomUUID(), 'x', '%00']) {
    expect(await fetchConfig(server, id)).toMatchObject({ status: 404 });
  }
});

test('lastUsedAt is written within seconds of a fetch, and version and updated_at stay', async () => {
  const created = await createConnection(server);
  await fetchConfig(server, created.id);
  const row = () => server.deps.db.connection.findUniqueOrThrow({ where: { id: created.id } });
  await expect.poll(async () => (await row()).lastUsedAt, { timeout: 5_000 }).toBeInstanceOf(Date);
  const { json } = await server.rest('GET', `/v1/connections/${created.id}`);
  expect(json).toEqual({ data: created });
});
