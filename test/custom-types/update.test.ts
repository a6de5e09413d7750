import { beforeAll, describe, expect, test } from 'vitest';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { createConnection, fetchConfig, makeSystem } from '../helpers/connections.ts';
import { acme, createType, typeMutations } from '../helpers/custom-types.ts';
import { aroundStatement } from '../helpers/hooks.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* Changing connection types of one's own. */

const server = useServer();
let types: ReturnType<typeof typeMutations>;
beforeAll(() => {
  types = typeMutations(server);
});

const secret = { name: 'api_key', kind: 'string', required: true, secret: true };
const region = { name: 'region', kind: 'string' };
const connectionOf = (type: string, config: object = {}, changes: object = {}) =>
  createConnection(server, { type, config: { api_key: 'a key', ...config }, ...changes });
const readConnection = async (id: string) =>
  (
    await server.rest<{ data: { config: object; secret_fields: string[]; version: number } }>(
      'GET',
      `/v1/connections/${id}`,
    )
  ).json.data;

test('an update publishes a new version, which counts at once', async () => {
  const definition = await createType(server);
  const { type } = definition;
  const next = {
    ...definition,
    label: 'Acme 2',
    fields: [...definition.fields, { name: 'tier', kind: 'string', default: 'free' }],
  };
  expect(await types.update({ type, definition: next })).toEqual({
    __typename: 'ConnectionTypeUpdate',
    connectionType: { type, version: 2 },
    affectedCount: 0,
    affected: [],
  });
  expect((await connectionOf(type)).config).toEqual({ tier: 'free' });
});

test('a version that is not the newest is refused, and of two concurrent updates one fails', async () => {
  const definition = await createType(server);
  const { type } = definition;
  expect(await types.update({ type, definition, version: 2 })).toMatchObject({
    __typename: 'ConflictError',
  });
  const both = await Promise.all([1, 2].map(() => types.update({ type, definition, version: 1 })));
  expect(both.map(({ __typename }) => __typename).sort()).toEqual([
    'ConflictError',
    'ConnectionTypeUpdate',
  ]);
  expect(await types.update({ type, definition, version: 2 })).toMatchObject({
    connectionType: { version: 3 },
  });
});

test('the type cannot get another name', async () => {
  const definition = await createType(server);
  expect(await types.update({ type: definition.type, definition: acme() })).toMatchObject({
    __typename: 'InvalidInputError',
    fields: [{ path: 'definition.type' }],
  });
});

test('a dry run names the connections that would not fit, and changes nothing', async () => {
  const definition = await createType(server);
  const { type } = definition;
  const fits = await connectionOf(type, { region: 'eu' });
  const [one, two] = [await connectionOf(type), await connectionOf(type, { note: 'x' })];
  const next = { ...definition, fields: [secret, { ...region, required: true }] };
  const before = await server.deps.db.customType.findFirst({ where: { name: type } });
  const dry = await types.update({ type, definition: next, dryRun: true });
  expect(dry).toMatchObject({ affectedCount: 2, connectionType: { version: 1 } });
  expect(dry.affected?.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
  expect(await server.deps.db.customType.findFirst({ where: { name: type } })).toEqual(before);
  expect((await connectionOf(type)).status).toBe('active');

  const published = await types.update({ type, definition: next });
  expect(published).toMatchObject({ affectedCount: 3, connectionType: { version: 2 } });
  // What does not fit keeps working, until it is changed.
  expect((await fetchConfig(server, one.id)).json.data.config).toEqual({ api_key: 'a key' });
  const put = await server.rest('PUT', `/v1/connections/${one.id}`, {
    body: { name: one.name, type, config: {} },
  });
  expect([put.status, put.json]).toMatchObject([
    400,
    { error: { details: { 'config.region': 'cannot be blank' } } },
  ]);
  expect((await readConnection(fits.id)).config).toEqual({ region: 'eu' });
});

test('the count has connections of end users and of other projects, the list only those in sight', async () => {
  const { db } = server.deps;
  const definition = await createType(server);
  const { type } = definition;
  const other = await seedProject(db, server.home.organizationId, 'elsewhere');
  const mine = await connectionOf(type);
  await connectionOf(type, {}, { project_id: other });
  await makeSystem(server, (await connectionOf(type)).id);
  const app = await seedApp(db, server.home.projectId);
  const requirement = await seedRequirement(db, app.id, { spec: { type } });
  const { connectionId } = await linkConnection(server, requirement, 'ann', {});
  const { id: customTypeId } = await db.customType.findFirstOrThrow({ where: { name: type } });
  await db.connection.update({ where: { id: connectionId }, data: { type, customTypeId } });
  const next = { ...definition, fields: [secret, { ...region, required: true }] };
  const admin = await types.update({ type, definition: next, dryRun: true });
  expect(admin.affectedCount).toBe(4);
  expect(admin.affected).toHaveLength(3);
  expect(admin.affected?.map(({ id }) => id)).not.toContain(connectionId);

  const ofProject = await createType(server, {}, server.home.projectId);
  await connectionOf(ofProject.type);
  const editor = await server.createKey({ role: 'editor', projectId: server.home.projectId });
  const update = {
    type: ofProject.type,
    definition: { ...next, type: ofProject.type },
    dryRun: true,
  };
  expect(await types.update(update, editor)).toMatchObject({ affectedCount: 1, affected: [{}] });
  expect(mine.type).toBe(type);
});

test('a config that cannot be decrypted counts as one that does not fit', async () => {
  const definition = await createType(server);
  const { id } = await connectionOf(definition.type);
  const config = Buffer.from('damaged');
  await server.deps.db.connectionSecret.update({ where: { connectionId: id }, data: { config } });
  const { type } = definition;
  expect(await types.update({ type, definition, dryRun: true })).toMatchObject({
    affectedCount: 1,
  });
});

test('150 connections that do not fit are counted, and 100 of them listed', async () => {
  const definition = await createType(server);
  const { type } = definition;
  const { id } = await connectionOf(type);
  const { db } = server.deps;
  const row = await db.connection.findUniqueOrThrow({ where: { id } });
  const copies = Array.from({ length: 149 }, (_, index) => ({
    ...row,
    id: crypto.randomUUID(),
    name: `${type} ${index}`,
    nameFolded: `${type} ${index}`,
  }));
  await db.connection.createMany({ data: copies }); // none of them opens in its new place
  const next = { ...definition, fields: [secret, { ...region, required: true }] };
  const result = await types.update({ type, definition: next, dryRun: true });
  expect(result.affectedCount).toBe(150);
  expect(result.affected).toHaveLength(100);
});

describe('while connections use the type', () => {
  const oauth = () => ({
    fields: [
      { name: 'client_id', kind: 'string', required: true },
      { name: 'client_secret', kind: 'string', required: true, secret: true },
    ],
    oauth2: {
      authorization_url: 'https://login.acme.example/authorize',
      token_url: 'https://login.acme.example/token',
    },
  });

  test('a secret cannot become public, and without connections it can', async () => {
    const definition = await createType(server);
    const { type } = definition;
    const { id } = await connectionOf(type);
    const next = { ...definition, fields: [region, { ...secret, secret: false }] };
    for (const dryRun of [true, false]) {
      expect(await types.update({ type, definition: next, dryRun })).toMatchObject({
        __typename: 'InvalidInputError',
        fields: [
          {
            path: 'definition.fields.1.secret',
            message:
              'cannot change to false while connections use the type. Delete those connections first, or create a new type for new ones.',
          },
        ],
      });
    }
    await server.rest('DELETE', `/v1/connections/${id}`);
    expect(await types.update({ type, definition: next })).toMatchObject({
      connectionType: { version: 2 },
    });
  });

  test('no endpoint moves to a host that did not have the secrets', async () => {
    const definition = await createType(server, oauth());
    const { type } = definition;
    await createConnection(server, { type, config: { client_id: 'a', client_secret: 'b' } });
    const paths = async (oauth2: object, http?: object) => {
      const next = {
        ...definition,
        oauth2: { ...oauth().oauth2, ...oauth2 },
        ...(http && { http }),
      };
      return (await types.update({ type, definition: next, dryRun: true })).fields?.map(
        ({ path }) => path,
      );
    };
    expect(await paths({ token_url: 'https://evil.example/token' })).toEqual([
      'definition.oauth2.token_url',
    ]);
    expect(
      await paths({
        revocation_url: 'https://evil.example/r',
        userinfo_url: 'https://evil.example/u',
      }),
    ).toEqual(['definition.oauth2.revocation_url', 'definition.oauth2.userinfo_url']);
    expect(await paths({}, { base_url: 'https://evil.example' })).toEqual([
      'definition.http.base_url',
    ]);
    expect(await paths({ token_url: 'https://login.acme.example/v2/token' })).toBeUndefined();
  });

  test('a connection that is stored at the same moment is not missed', async () => {
    const definition = await createType(server);
    const { type } = definition;
    const next = { ...definition, fields: [region, { ...secret, secret: false }] };
    // The connection is stored after the first count, which found none.
    const restore = aroundStatement(server.deps, 'uses-of-custom-type', async (send) => {
      const rows = await send();
      await connectionOf(type);
      return rows;
    });
    const result = await types.update({ type, definition: next });
    restore();
    expect(result).toMatchObject({ __typename: 'InvalidInputError' });
  });

  test('a config that was checked against an older version is not stored', async () => {
    const definition = await createType(server);
    const { type } = definition;
    const next = { ...definition, fields: [secret, { ...region, required: true }] };
    const { vault } = server.deps;
    server.deps.vault = {
      ...vault,
      sealingKey: async (projectId) => {
        await types.update({ type, definition: next });
        return vault.sealingKey(projectId);
      },
    };
    const body = {
      project_id: server.home.projectId,
      name: 'late',
      type,
      config: { api_key: 'k' },
    };
    const late = await server.rest('POST', '/v1/connections', { body });
    server.deps.vault = vault;
    expect(late.status).toBe(409);
    expect(await server.deps.db.connection.count({ where: { type } })).toBe(0);
  });
});

describe('a public field that becomes secret', () => {
  const become = async () => {
    const definition = await createType(server);
    const { type } = definition;
    const connection = await connectionOf(type, {
      region: 'a region that is secret now',
      note: 'n',
    });
    expect((await readConnection(connection.id)).config).toHaveProperty('region');
    const next = {
      ...definition,
      fields: [secret, { ...region, secret: true }, { name: 'note', kind: 'string' }],
    };
    const result = await types.update({ type, definition: next });
    expect(result).toMatchObject({ affectedCount: 0 });
    return connection;
  };

  test('is no longer shown, in REST and in GraphQL', async () => {
    const { id } = await become();
    expect(await readConnection(id)).toMatchObject({ config: { note: 'n' } });
    expect((await readConnection(id)).config).not.toHaveProperty('region');
    const { text } = await server.graphql(
      'query($id: ID!) { connection(id: $id) { config connectionType { fields { name secret } } } }',
      { id },
    );
    expect(text).not.toContain('a region that is secret now');
    const listed = await server.rest(
      'GET',
      `/v1/connections?project_id=${server.home.projectId}&page_size=100`,
    );
    expect(listed.text).not.toContain('a region that is secret now');
    expect((await fetchConfig(server, id)).json.data.config).toMatchObject({
      region: 'a region that is secret now',
    });
  });

  test('keeps its value in a PUT that leaves it out, and loses it with null', async () => {
    const { id, name, type } = await become();
    const put = (config: object) =>
      server.rest('PUT', `/v1/connections/${id}`, { body: { name, type, config } });
    expect((await put({ note: 'm' })).status).toBe(200);
    expect((await fetchConfig(server, id)).json.data.config).toEqual({
      api_key: 'a key',
      region: 'a region that is secret now',
      note: 'm',
    });
    expect((await readConnection(id)).secret_fields).toEqual(['api_key', 'region']);
    expect((await put({ region: null })).status).toBe(200);
    expect((await fetchConfig(server, id)).json.data.config).toEqual({ api_key: 'a key' });
  });
});
