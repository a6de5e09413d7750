import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { tokenOf } from '../helpers/grants.ts';
import { aroundStatement } from '../helpers/hooks.ts';
import { seedProject } from '../helpers/seed.ts';
import { authorize, connect, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld();

type Result = { result: { __typename: string; deletedId?: string; fields?: object[] } };

const remove = async (input: { id: string; confirm: string }, key?: string) => {
  const document = `mutation($input: DeleteProjectInput!) { result: deleteProject(input: $input) {
    __typename ... on DeletedProject { deletedId } ... on InvalidInputError { fields { path message } } } }`;
  return (await world.server.graphql<Result>(document, { input }, key)).data.result;
};

/** Makes a project with one record of every kind. */
async function fillProject(name: string) {
  const { db } = world.server.deps;
  const id = await seedProject(db, world.server.home.organizationId, name);
  const plain = (await createConnection(world.server, { project_id: id })).id;
  const granted = await connect(world, { project_id: id });
  const waiting = await prepare(world, { project_id: id });
  await authorize(world, waiting);
  await world.server.createKey({ projectId: id });
  await seedApp(id, plain);
  return { id, plain, granted };
}

/** Makes an app whose end user has linked a connection. */
async function seedApp(projectId: string, source: string): Promise<void> {
  const { db } = world.server.deps;
  const [id, requirementId, endUserId, connectionId] = [1, 2, 3, 4].map(() => randomUUID());
  const app = { id: id ?? '', projectId, name: 'app', hostname: `${id}.example.com` };
  await db.app.create({ data: { ...app, visibility: 'public' } });
  const asked = { name: 'r', kind: 'connection', title: 'r', spec: {} } as const;
  await db.requirement.create({ data: { id: requirementId ?? '', appId: app.id, ...asked } });
  await db.endUser.create({ data: { id: endUserId ?? '', appId: app.id, userId: 'user' } });
  const row = await db.connection.findUniqueOrThrow({ where: { id: source } });
  const owners = { endUserId: endUserId ?? '', requirementId: requirementId ?? '' };
  await db.connection.create({ data: { ...row, id: connectionId ?? '', ...owners } });
  const link = { id: randomUUID(), connectionId: connectionId ?? '', jti: 'jti' };
  await db.endUserLink.create({ data: { ...link, ...owners } });
}

const rowsOf = async (projectId: string) => {
  const { db } = world.server.deps;
  const where = { projectId };
  const held = [db.connection, db.accessKey, db.dataKey, db.app] as const;
  const [connections, keys, dataKeys, apps] = await Promise.all([
    held[0].count({ where }),
    held[1].count({ where }),
    held[2].count({ where }),
    held[3].count({ where }),
  ]);
  return { connections, keys, dataKeys, apps };
};

test('deleting a project deletes everything in it and nothing else', async () => {
  const doomed = await fillProject('doomed');
  const other = await fillProject('other');
  const { db } = world.server.deps;
  const [key] = await db.dataKey.findMany({ where: { projectId: doomed.id } });
  expect(key?.wrapped).not.toBeNull();
  expect(await rowsOf(doomed.id)).toEqual({ connections: 4, keys: 1, dataKeys: 1, apps: 1 });
  const before = await rowsOf(other.id);

  expect(await remove({ id: doomed.id, confirm: 'doomed' })).toEqual({
    __typename: 'DeletedProject',
    deletedId: doomed.id,
  });
  expect(await rowsOf(doomed.id)).toEqual({ connections: 0, keys: 0, dataKeys: 0, apps: 0 });
  expect((await fetchConfig(world.server, doomed.plain)).status).toBe(404);
  expect(await rowsOf(other.id)).toEqual(before);
  expect((await fetchConfig(world.server, other.plain)).status).toBe(200);
  expect((await tokenOf(world, other.granted)).access_token).toMatch(/./);
  const events = await db.auditEvent.findMany({ where: { action: 'project.delete' } });
  expect(events).toMatchObject([{ projectId: doomed.id, detail: { name: 'doomed' } }]);
});

test('sealed values of a deleted project cannot be decrypted after its rows are restored', async () => {
  const doomed = await fillProject('shredded');
  const { db } = world.server.deps;
  const organizationId = world.server.home.organizationId;
  const row = await db.connection.findUniqueOrThrow({ where: { id: doomed.plain } });
  const secret = await db.connectionSecret.findUniqueOrThrow({
    where: { connectionId: doomed.plain },
  });
  const dataKey = await db.dataKey.findFirstOrThrow({ where: { projectId: doomed.id } });
  await remove({ id: doomed.id, confirm: 'shredded' });
  await seedProject(db, organizationId, 'shredded again');
  // As a restore of a backup without the data key would do.
  await db.project.create({ data: { id: doomed.id, organizationId, name: 'put back' } });
  await db.dataKey.create({ data: { ...dataKey, wrapped: null, status: 'retired' } });
  await db.connection.create({ data: row });
  await db.connectionSecret.create({ data: secret });
  expect((await fetchConfig(world.server, doomed.plain)).status).toBe(500);
});

test('deleting a project needs its name as confirmation', async () => {
  const id = await seedProject(
    world.server.deps.db,
    world.server.home.organizationId,
    'To the letter',
  );
  for (const confirm of ['', 'to the letter', 'To the letter ', id]) {
    expect(await remove({ id, confirm })).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ path: 'confirm', message: 'must be the exact name of the project' }],
    });
  }
  expect(await remove({ id, confirm: 'To the letter' })).toMatchObject({ deletedId: id });
  expect(await remove({ id, confirm: 'To the letter' })).toMatchObject({
    __typename: 'NotFoundError',
  });
});

test('a write after the deletion finds no project', async () => {
  const { home, deps } = world.server;
  const id = await seedProject(deps.db, home.organizationId, 'too late');
  await createConnection(world.server, { project_id: id });
  const body = { name: 'late', project_id: id, type: 'dynamiq.connections.OpenAI' };
  const late = () =>
    world.server.rest('POST', '/v1/connections', { body: { ...body, config: { api_key: 'x' } } });
  // The key is in memory, so a writer notices the deletion only in its own transaction.
  const { vault } = deps;
  deps.vault = {
    ...vault,
    sealingKey: async (projectId) => {
      const key = await vault.sealingKey(projectId);
      await remove({ id, confirm: 'too late' });
      return key;
    },
  };
  const answer = await late();
  deps.vault = vault;
  expect(answer.status).toBe(404);
});

test('a refresh during the deletion of a project returns no token', async () => {
  const { home, deps } = world.server;
  const projectId = await seedProject(deps.db, home.organizationId, 'refreshing');
  const id = await connect(world, { project_id: projectId });
  const release = aroundStatement(deps, 'store-refreshed-tokens', async (send) => {
    await remove({ id: projectId, confirm: 'refreshing' });
    return send();
  });
  await deps.db.oauthGrant.update({
    where: { connectionId: id },
    data: { accessTokenExpiresAt: new Date(0) },
  });
  const answer = await fetchConfig(world.server, id);
  release();
  expect([404, 409]).toContain(answer.status);
});

test('every table that refers to a project and does not cascade is deleted explicitly', async () => {
  const rows = await world.server.deps.sql<{ table: string }>(
    'test-restricting',
    `SELECT conrelid::regclass::text AS table FROM pg_constraint
     WHERE contype = 'f' AND confrelid = 'project'::regclass AND confdeltype = 'r' ORDER BY 1`,
    [],
  );
  expect(rows.map(({ table }) => table)).toEqual(['app', 'connection', 'data_key']);
});
