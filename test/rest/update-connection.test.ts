import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  type ConnectionJson,
  createConnection,
  type Data,
  type Failure,
  fetchConfig,
  makeSystem,
  newConnection,
  openAi,
  postgreSql,
  uniqueName,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const put = (id: string, body: unknown) =>
  server.rest<Data<ConnectionJson> & Failure>('PUT', `/v1/connections/${id}`, { body });

const credentials = async (id: string) => (await fetchConfig(server, id)).json.data.config;

const http = 'dynamiq.connections.Http';
const elasticsearch = 'dynamiq.connections.Elasticsearch';

test('a new config replaces the old one and gets its defaults', async () => {
  const before = canary('before');
  const config = { host: 'a', database: 'd', user: 'u', password: before, port: 6000 };
  const created = await createConnection(server, { type: postgreSql, config });
  const changed = { host: 'b', database: 'd', user: 'u', password: canary('after') };
  const { status, json } = await put(created.id, { type: postgreSql, config: changed });
  expect(status).toBe(200);
  expect(json.data).toEqual({
    ...created,
    config: { host: 'b', port: 5432, database: 'd', user: 'u' },
    updated_at: expect.any(String),
    version: 2,
  });
  expect(await credentials(created.id)).toEqual({ ...changed, port: 5432 });
});

test('writing back what was read changes nothing but the version', async () => {
  const password = canary('password');
  const config = { host: 'a', database: 'd', user: 'u', password };
  const created = await createConnection(server, { type: postgreSql, config });
  const before = await credentials(created.id);
  const { type, name, version } = created;
  const { json } = await put(created.id, { type, config: created.config, name, version });
  expect(json.data).toEqual({ ...created, version: 2, updated_at: expect.any(String) });
  expect(await credentials(created.id)).toEqual(before);
});

describe('a secret', () => {
  test('keeps its value when it is left out', async () => {
    const config = { api_key: canary('kept') };
    const { id } = await createConnection(server, { config });
    const url = 'https://proxy.example/v1';
    const { json } = await put(id, { type: openAi, config: { url } });
    expect(json.data).toMatchObject({ config: { url }, secret_fields: ['api_key'] });
    expect(await credentials(id)).toEqual({ ...config, url });
  });

  test('that is an object is kept whole or replaced whole', async () => {
    const headers = { 'X-One': canary('one'), 'X-Two': canary('two') };
    const config = { url: 'https://a.example', method: 'GET', headers };
    const { id } = await createConnection(server, { type: http, config });
    await put(id, { type: http, config: { url: 'https://a.example', method: 'POST' } });
    expect(await credentials(id)).toMatchObject({ headers, method: 'POST' });
    const other = { 'X-Three': canary('three') };
    await put(id, { type: http, config: { ...config, headers: other } });
    expect(await credentials(id)).toMatchObject({ headers: other });
    const { json } = await put(id, { type: http, config: { ...config, headers: {} } });
    expect(json.data.secret_fields).toEqual([]);
  });

  test('is removed by null where it is optional', async () => {
    const config = { url: 'https://es.example', username: 'u', password: canary('es') };
    const { id } = await createConnection(server, { type: elasticsearch, config });
    const without = { url: 'https://es.example', password: null, username: null };
    const { json } = await put(id, { type: elasticsearch, config: without });
    expect(json.data.secret_fields).toEqual([]);
    expect(await credentials(id)).not.toHaveProperty('password');
  });

  test('cannot be set to null where it is required, and stays', async () => {
    const config = { api_key: canary('required') };
    const { id } = await createConnection(server, { config });
    const { status, json } = await put(id, { type: openAi, config: { api_key: null } });
    expect(status).toBe(400);
    expect(json.error.details).toEqual({ 'config.api_key': 'cannot be blank' });
    expect(await credentials(id)).toMatchObject(config);
  });

  test('cannot be removed when a rule needs it, although the request alone is valid', async () => {
    const config = { url: 'https://es.example', username: 'u', password: canary('es') };
    const { id } = await createConnection(server, { type: elasticsearch, config });
    const without = { url: 'https://es.example', username: 'u', password: null };
    const { status, json } = await put(id, { type: elasticsearch, config: without });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['config.password']);
  });
});

test('null in a public field counts as absent', async () => {
  const { id } = await createConnection(server, {
    config: { api_key: canary(), url: 'https://proxy.example' },
  });
  const { json } = await put(id, { type: openAi, config: { url: null } });
  expect(json.data.config).toEqual({ url: 'https://api.openai.com/v1' });
});

describe('a new type', () => {
  const anthropic = 'dynamiq.connections.Anthropic';

  test('needs a full config, because the secrets of the old type are dropped', async () => {
    const { id } = await createConnection(server);
    const { status, json } = await put(id, { type: anthropic, config: {} });
    expect(status).toBe(400);
    expect(json.error.details).toEqual({ 'config.api_key': 'cannot be blank' });
    const config = { api_key: canary('anthropic') };
    const changed = await put(id, { type: anthropic, config });
    expect(changed.json.data).toMatchObject({ type: anthropic, config: {}, status: 'active' });
    expect(await credentials(id)).toEqual(config);
  });

  test('names every missing field, also secrets, over REST and GraphQL', async () => {
    const { id } = await createConnection(server);
    const missing = ['config.database', 'config.user', 'config.password'];
    const { status, json } = await put(id, { type: postgreSql, config: { host: 'h' } });
    expect(status).toBe(400);
    expect(json.error.details).toEqual(
      Object.fromEntries(missing.map((path) => [path, 'cannot be blank'])),
    );
    const { data } = await server.graphql<{ updated: { fields: { path: string }[] } }>(
      `mutation($input: UpdateConnectionInput!) { updated: updateConnection(input: $input) {
        ... on InvalidInputError { fields { path } } } }`,
      { input: { id, type: postgreSql, config: { host: 'h' } } },
    );
    expect(data.updated.fields.map(({ path }) => path)).toEqual(missing);
  });

  test('is checked against the stored secrets when the type stays: only the missing fields are named', async () => {
    const config = { host: 'a', database: 'd', user: 'u', password: canary('stored') };
    const { id } = await createConnection(server, { type: postgreSql, config });
    const { status, json } = await put(id, { type: postgreSql, config: { host: 'h' } });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['config.database', 'config.user']);
    expect(await credentials(id)).toMatchObject(config);
  });

  test('with a bad config is 400 before the role, the version or the connection is checked', async () => {
    const { id } = await createConnection(server);
    const body = { type: postgreSql, config: { host: 'h' } };
    const key = await server.createKey({ role: 'viewer' });
    const lesser = await server.rest('PUT', `/v1/connections/${id}`, { body, key });
    const absent = await put(randomUUID(), body);
    const stale = await put(id, { ...body, version: 99 });
    expect([lesser.status, absent.status, stale.status]).toEqual([400, 400, 400]);
  });

  test('must be in the catalogue', async () => {
    const { id } = await createConnection(server);
    const { json } = await put(id, { type: 'OpenAI', config: {} });
    expect(json.error.details).toEqual({ type: 'is not a known connection type' });
  });
});

describe('the name', () => {
  const body = { type: openAi, config: {} };

  test('stays when it is left out or null, and is trimmed when given', async () => {
    const { id, name } = await createConnection(server);
    expect((await put(id, body)).json.data.name).toBe(name);
    expect((await put(id, { ...body, name: null })).json.data.name).toBe(name);
    const other = uniqueName();
    expect((await put(id, { ...body, name: ` ${other} ` })).json.data.name).toBe(other);
  });

  test('may be the current one, and is 409 without a change when another connection has it', async () => {
    const taken = await createConnection(server);
    const created = await createConnection(server);
    expect((await put(created.id, { ...body, name: created.name })).status).toBe(200);
    const url = 'https://changed.example';
    const refused = await put(created.id, { type: openAi, config: { url }, name: taken.name });
    expect(refused.status).toBe(409);
    const { json } = await server.rest<Data<ConnectionJson>>(
      'GET',
      `/v1/connections/${created.id}`,
    );
    expect(json.data).toMatchObject({ name: created.name, config: created.config, version: 2 });
  });

  test('is found by a search for the new name only', async () => {
    const { id } = await createConnection(server, { name: uniqueName('older') });
    await put(id, { ...body, name: uniqueName('Newer') });
    const found = async (search: string) => {
      const query = new URLSearchParams({ project_id: server.home.projectId, search });
      const { json } = await server.rest<{ data: object[] }>('GET', `/v1/connections?${query}`);
      return json.data.length;
    };
    expect([await found('newer'), await found('older')]).toEqual([1, 0]);
  });
});

describe('the version', () => {
  const body = { type: openAi, config: {} };

  test('must be the current one when it is given', async () => {
    const { id } = await createConnection(server);
    expect((await put(id, { ...body, version: 1 })).json.data.version).toBe(2);
    const { status, json } = await put(id, { ...body, version: 1 });
    expect(status).toBe(409);
    expect(json.error).toEqual({ code: 'conflict', message: expect.any(String) });
    expect((await put(id, { ...body, version: 2 })).status).toBe(200);
  });

  test.each([
    ['text', '1'],
    ['a fraction', 1.5],
    ['more than a 32-bit integer holds', 2 ** 31],
    ['less than a 32-bit integer holds', -(2 ** 40)],
    ['more than an integer holds', 1e300],
  ])('as %s is 400', async (_what, version) => {
    const { id } = await createConnection(server);
    const { status, json } = await put(id, { ...body, version });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['version']);
  });
});

test('updated_at is the time of the change, and created_at stays', async () => {
  const { id, created_at } = await createConnection(server);
  const past = new Date('2020-01-01T00:00:00.999Z');
  const data = { createdAt: past, updatedAt: past };
  await server.deps.db.connection.update({ where: { id }, data });
  const { json } = await put(id, { type: openAi, config: {} });
  expect(json.data.created_at).toBe('2020-01-01T00:00:00Z');
  expect(json.data.updated_at >= created_at).toBe(true);
});

test('updating a system-managed connection is 403 also if its new type requires more fields', async () => {
  const { id } = await createConnection(server, {
    type: 'dynamiq.connections.Pinecone',
    config: { api_key: canary() },
  });
  await makeSystem(server, id);
  const { status } = await put(id, { type: openAi, config: {} });
  expect(status).toBe(403);
});

test('updating a system-managed connection is 403', async () => {
  const { id } = await createConnection(server);
  await makeSystem(server, id);
  const { status, json } = await put(id, { type: openAi, config: { api_key: canary() } });
  expect(status).toBe(403);
  expect(json.error.code).toBe('forbidden');
});

test('a bad body is 400 before an unknown id is 404', async () => {
  const good = { type: openAi, config: { api_key: canary() } };
  expect((await put('not-a-uuid', {})).status).toBe(400);
  expect((await put('not-a-uuid', good)).status).toBe(404);
});

test('a field that the server sets cannot be written: 400 at each', async () => {
  const created = await createConnection(server);
  const { json } = await put(created.id, { ...created, ...newConnection(server) });
  const named = Object.keys(json.error.details ?? {}).sort();
  const readOnly = ['created_at', 'created_by', 'id', 'is_system', 'project_id', 'secret_fields'];
  expect(named).toEqual([...readOnly, 'status', 'updated_at']);
});
