import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  anyOAuth,
  type ConnectionJson,
  createConnection,
  type Data,
  fetchConfig,
  google,
  newConnection,
  postgreSql,
  uniqueName,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const post = (body: unknown) =>
  server.rest<Data<ConnectionJson>>('POST', '/v1/connections', { body });

const second = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

test('creating a connection returns 201 with the names of its secrets and without their values', async () => {
  const body = newConnection(server);
  const { status, json } = await post(body);
  expect(status).toBe(201);
  expect(json).toEqual({
    data: {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      name: body.name,
      type: body.type,
      status: 'active',
      project_id: server.home.projectId,
      config: { url: 'https://api.openai.com/v1' },
      secret_fields: ['api_key'],
      is_system: false,
      created_by: 'default',
      created_at: expect.stringMatching(second),
      updated_at: expect.stringMatching(second),
      version: 1,
    },
  });
});

test('credentials keep every character that was stored', async () => {
  const config = {
    host: 'db.example',
    database: 'ünïcødé 数据库 🗄️',
    user: '',
    password: `${canary('password')} "quoted" \\ \n\t\u2028 日本 🔑 \u{10FFFF}`,
  };
  const refused = await post(newConnection(server, { type: postgreSql, config }));
  expect(refused.json).toMatchObject({ error: { details: { 'config.user': 'cannot be blank' } } });

  const good = { ...config, user: 'û' };
  const { id } = await createConnection(server, { type: postgreSql, config: good });
  const { json } = await fetchConfig(server, id);
  expect(json.data.config).toEqual({ ...good, port: 5432 });
});

test('an OAuth connection starts incomplete', async () => {
  const { json } = await post(newConnection(server, { type: google, config: {} }));
  expect(json.data).toMatchObject({ status: 'incomplete', secret_fields: [] });
  expect(json.data.config).toMatchObject({ scopes: expect.any(Array) });
});

test('secret_fields leaves out an empty secret', async () => {
  const addresses = { authorization_url: 'https://a.example', token_url: 'https://t.example' };
  const config = { ...addresses, client_id: 'c', client_secret: '' };
  const { json } = await post(newConnection(server, { type: anyOAuth, config }));
  expect(json.data.secret_fields).toEqual([]);
});

describe('the name', () => {
  test('is trimmed', async () => {
    const name = uniqueName();
    const { json } = await post(newConnection(server, { name: `  ${name}\n` }));
    expect(json.data.name).toBe(name);
  });

  test('may have 120 characters of any number of bytes', async () => {
    const name = `${randomUUID()}${'🔑'.repeat(84)}`;
    expect(await post(newConnection(server, { name }))).toMatchObject({ status: 201 });
    const longer = await post(newConnection(server, { name: `${name}a` }));
    expect(longer.json).toMatchObject({
      error: { details: { name: 'cannot be longer than 120 characters' } },
    });
  });

  test('is unique in its project: 409', async () => {
    const { name } = await createConnection(server);
    const { status, json } = await post(newConnection(server, { name: ` ${name} ` }));
    expect(status).toBe(409);
    expect(json).toEqual({ error: { code: 'conflict', message: expect.stringContaining('name') } });
  });

  test('may be used in another project, and names may differ in case only', async () => {
    const { name } = await createConnection(server, { name: uniqueName('a') });
    await createConnection(server, { name: name.toUpperCase() });
    const project_id = server.stranger.projectId;
    await createConnection(server, { name, project_id }, server.stranger.key);
  });

  test.each([
    ['Ame\u0301lie', 'Am\u00e9lie'],
    ['pro\u200bd\u00ad', 'prod'],
    ['a \u00a0 b', 'a b'],
    ['\u202eabc\u202c', 'abc'],
  ])('%j equals a name that looks the same', async (name, same) => {
    const prefix = uniqueName();
    const first = await createConnection(server, { name: `${prefix} ${name}` });
    expect(first.name).toBe(`${prefix} ${same}`);
    const second = await post(newConnection(server, { name: `${prefix} ${same}` }));
    expect(second.status).toBe(409);
  });

  test.each([
    ['\u200b\ufeff', 'cannot be blank'],
    ['\u2800', 'cannot be blank'],
    ['a\u0007b', 'cannot hold control characters'],
    ['a\nb', 'cannot hold control characters'],
    [`e${'\u0301'.repeat(3_000)}`, 'cannot be longer than 120 characters'],
  ])('%j is refused', async (name, message) => {
    const { json } = await post(newConnection(server, { name }));
    expect(json).toMatchObject({ error: { details: { name: message } } });
  });

  test('can be used again after its connection was deleted', async () => {
    const { id, name } = await createConnection(server);
    await server.rest('DELETE', `/v1/connections/${id}`);
    expect(await createConnection(server, { name })).toMatchObject({ name });
  });
});

describe('the project', () => {
  test('that does not exist is 404', async () => {
    const { status, json } = await post(newConnection(server, { project_id: randomUUID() }));
    expect(status).toBe(404);
    expect(json).toEqual({ error: { code: 'not_found', message: 'Not Found' } });
  });

  test('may be written in upper case, and the credentials can still be fetched', async () => {
    const { projectId } = server.home;
    const created = await createConnection(server, { project_id: projectId.toUpperCase() });
    expect(created.project_id).toBe(projectId);
    expect(await fetchConfig(server, created.id)).toMatchObject({ status: 200 });
  });

  test('may be written in upper case in its first request, and its data key works', async () => {
    const { id: project_id } = await server.deps.db.project.create({
      data: { id: randomUUID(), organizationId: server.home.organizationId, name: uniqueName() },
    });
    const first = await post(newConnection(server, { project_id: project_id.toUpperCase() }));
    expect(first.status).toBe(201);
    const second = await createConnection(server, { project_id });
    for (const id of [first.json.data.id, second.id]) {
      expect(await fetchConfig(server, id)).toMatchObject({ status: 200 });
    }
  });
});

test('a project-scoped key creates in its own project, and created_by names the key', async () => {
  const { projectId } = server.home;
  const key = await server.createKey({ role: 'editor', projectId, name: 'deploy' });
  const created = await createConnection(server, {}, key);
  expect(created).toMatchObject({ project_id: projectId, created_by: 'deploy' });
});
