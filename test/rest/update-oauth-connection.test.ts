import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  anyOAuth,
  type ConnectionJson,
  createConnection,
  type Data,
  type Failure,
  google,
  openAi,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const put = (id: string, body: unknown) =>
  server.rest<Data<ConnectionJson> & Failure>('PUT', `/v1/connections/${id}`, { body });

const config = {
  authorization_url: 'https://provider.example/authorize',
  token_url: 'https://provider.example/token',
  client_id: 'client',
  scopes: ['read'],
};

/** Makes a connection that has had its consent. */
async function activeConnection(secret: object = { client_secret: canary('client-secret') }) {
  const created = await createConnection(server, {
    type: anyOAuth,
    config: { ...config, ...secret },
  });
  const where = { id: created.id };
  await server.deps.db.connection.update({ where, data: { status: 'active' } });
  return created.id;
}

test('a connection stays active when it is written back as it was read', async () => {
  const id = await activeConnection();
  const { json } = await put(id, { type: anyOAuth, config });
  expect(json.data).toMatchObject({ status: 'active', secret_fields: ['client_secret'] });
});

test('a connection stays active with new scopes', async () => {
  const id = await activeConnection();
  const { json } = await put(id, { type: anyOAuth, config: { ...config, scopes: ['write'] } });
  expect(json.data).toMatchObject({ status: 'active', config: { scopes: ['write'] } });
});

test('an expired connection stays expired until the next consent', async () => {
  const id = await activeConnection();
  await server.deps.db.connection.update({ where: { id }, data: { status: 'expired' } });
  const { json } = await put(id, { type: anyOAuth, config });
  expect(json.data.status).toBe('expired');
});

describe.each([
  ['client_id', 'another'],
  ['authorization_url', 'https://evil.example/authorize'],
  ['token_url', 'https://evil.example/token'],
])('another %s', (name, value) => {
  const moved = { ...config, [name]: value };

  test('needs the client secret again, and changes nothing without it', async () => {
    const id = await activeConnection();
    const { status, json } = await put(id, { type: anyOAuth, config: moved });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['config.client_secret']);
    const read = await server.rest<Data<ConnectionJson>>('GET', `/v1/connections/${id}`);
    expect(read.json.data).toMatchObject({ status: 'active', config, version: 1 });
  });

  test('makes the connection incomplete', async () => {
    const id = await activeConnection();
    const client_secret = canary('client-secret');
    const { json } = await put(id, { type: anyOAuth, config: { ...moved, client_secret } });
    expect(json.data).toMatchObject({ status: 'incomplete', config: moved });
  });

  test('needs no secret when there was none', async () => {
    const id = await activeConnection({});
    const { json } = await put(id, { type: anyOAuth, config: moved });
    expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: [] });
  });

  test('is accepted when the secret is removed at the same time', async () => {
    const id = await activeConnection();
    const given = { ...moved, client_secret: null };
    const { json } = await put(id, { type: anyOAuth, config: given });
    expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: [] });
  });
});

describe('a new type', () => {
  test('needs the client secret in the same request when there was one', async () => {
    const id = await activeConnection();
    const given = { client_id: 'client' };
    const { status, json } = await put(id, { type: google, config: given });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['config.client_secret']);
  });

  test('makes the connection incomplete', async () => {
    const id = await activeConnection();
    const given = { client_id: 'client', client_secret: canary('google') };
    const { json } = await put(id, { type: google, config: given });
    expect(json.data).toMatchObject({ type: google, status: 'incomplete' });
  });

  test('without OAuth makes the connection active and needs no client secret', async () => {
    const id = await activeConnection();
    const { json } = await put(id, { type: openAi, config: { api_key: canary() } });
    expect(json.data).toMatchObject({ status: 'active', secret_fields: ['api_key'] });
  });

  test('with OAuth makes any other connection incomplete', async () => {
    const { id } = await createConnection(server);
    const { json } = await put(id, { type: google, config: {} });
    expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: [] });
  });
});

describe('a connection of a type with known endpoints', () => {
  const own = { client_id: 'client', scopes: ['read'] };

  async function activeGoogle(config: Record<string, unknown>) {
    const { id } = await createConnection(server, { type: google, config });
    await server.deps.db.connection.update({ where: { id }, data: { status: 'active' } });
    return id;
  }

  test('becomes incomplete when its secret is removed, because it uses the operator’s client then', async () => {
    const id = await activeGoogle({ ...own, client_secret: canary('client-secret') });
    const half = await put(id, { type: google, config: { ...own, client_secret: null } });
    expect([half.status, half.text]).toEqual([
      400,
      expect.stringContaining('"config.client_secret":"cannot be blank when client_id is given"'),
    ]);
    const { json } = await put(id, { type: google, config: { client_secret: null } });
    expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: [] });
  });

  test('becomes incomplete when a client secret is added, because it uses its own client then', async () => {
    const id = await activeGoogle({ scopes: own.scopes });
    const client_secret = canary('client-secret');
    const { json } = await put(id, { type: google, config: { ...own, client_secret } });
    expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: ['client_secret'] });
  });

  test('stays active with another secret of the same client', async () => {
    const id = await activeGoogle({ ...own, client_secret: canary('client-secret') });
    const client_secret = canary('another-client-secret');
    const { json } = await put(id, { type: google, config: { ...own, client_secret } });
    expect(json.data.status).toBe('active');
  });
});
