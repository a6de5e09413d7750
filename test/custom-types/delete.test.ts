import { beforeAll, expect, test } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { createType, requireType, typeMutations } from '../helpers/custom-types.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* Deleting connection types of one's own. */

const server = useServer();
let types: ReturnType<typeof typeMutations>;
beforeAll(() => {
  types = typeMutations(server);
});

const config = { api_key: 'k' };

test('a type that nothing uses is deleted, and its name is free again', async () => {
  const definition = await createType(server);
  const { type } = definition;
  expect(await types.remove(type)).toEqual({ __typename: 'DeletedConnectionType', type });
  expect(await types.remove(type)).toMatchObject({ __typename: 'NotFoundError' });
  const body = { project_id: server.home.projectId, name: 'x', type, config };
  expect((await server.rest('POST', '/v1/connections', { body })).status).toBe(400);
  expect(await types.create({ definition })).toMatchObject({ version: 1 });
});

test('connections and requirements that use it are counted, and block the deletion', async () => {
  const { type } = await createType(server);
  const one = await createConnection(server, { type, config });
  await createConnection(server, { type, config });
  const requirementId = await requireType(server, server.home.projectId, type);
  expect(await types.remove(type)).toMatchObject({
    __typename: 'ConflictError',
    details: { connections: 2, requirements: 1 },
  });
  const rest = await server.rest('DELETE', `/v1/connection-types/${type}`);
  expect([rest.status, rest.json]).toMatchObject([
    409,
    { error: { details: { connections: 2, requirements: 1 } } },
  ]);
  const { db } = server.deps;
  await db.requirement.delete({ where: { id: requirementId } });
  await db.connection.deleteMany({ where: { type } });
  expect(one.type).toBe(type);
  expect(await types.remove(type)).toMatchObject({ __typename: 'DeletedConnectionType' });
});

test('a requirement that gets another type no longer blocks the deletion', async () => {
  const { type } = await createType(server);
  const id = await requireType(server, server.home.projectId, type);
  const update = `mutation($input: UpdateRequirementInput!) {
    updateRequirement(input: $input) { __typename } }`;
  const spec = { type: 'dynamiq.connections.OpenAI' };
  const { data } = await server.graphql(update, { input: { id, spec } });
  expect(data).toEqual({ updateRequirement: { __typename: 'Requirement' } });
  expect(await types.remove(type)).toMatchObject({ __typename: 'DeletedConnectionType' });
});

test('a connection that gets another type no longer blocks the deletion', async () => {
  const { type } = await createType(server);
  const { id, name } = await createConnection(server, { type, config });
  const body = { name, type: 'dynamiq.connections.OpenAI', config };
  expect((await server.rest('PUT', `/v1/connections/${id}`, { body })).status).toBe(200);
  expect(await types.remove(type)).toMatchObject({ __typename: 'DeletedConnectionType' });
});

test('no connection of a deleted type appears, whichever of both calls is first', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { type } = await createType(server);
    const body = { project_id: server.home.projectId, name: `${type}`, type, config };
    const [created, removed] = await Promise.all([
      server.rest('POST', '/v1/connections', { body }),
      types.remove(type),
    ]);
    const isThere = (await server.deps.db.connection.count({ where: { type } })) === 1;
    expect(created.status === 201).toBe(isThere);
    expect(removed.__typename).toBe(isThere ? 'ConflictError' : 'DeletedConnectionType');
    if (!isThere) expect([400, 409]).toContain(created.status);
  }
});

test('a connection whose type is deleted after its config was checked is refused', async () => {
  const { type } = await createType(server);
  const { vault } = server.deps;
  server.deps.vault = {
    ...vault,
    sealingKey: async (projectId) => {
      await types.remove(type);
      return vault.sealingKey(projectId);
    },
  };
  const body = { project_id: server.home.projectId, name: 'late', type, config };
  const late = await server.rest('POST', '/v1/connections', { body });
  server.deps.vault = vault;
  expect(late.status).toBe(409);
  expect(await server.deps.db.connection.count({ where: { type } })).toBe(0);
});

test('a deleted project takes its types with it, and no others', async () => {
  const { db } = server.deps;
  const projectId = await seedProject(db, server.home.organizationId, 'doomed types');
  const { type } = await createType(server, {}, projectId);
  const other = await createType(server);
  await createConnection(server, { project_id: projectId, type, config });
  await requireType(server, projectId, type);
  const document =
    'mutation($input: DeleteProjectInput!) { deleteProject(input: $input) { __typename } }';
  const input = { id: projectId, confirm: 'doomed types' };
  const { data } = await server.graphql(document, { input });
  expect(data).toEqual({ deleteProject: { __typename: 'DeletedProject' } });
  expect(await db.customType.count({ where: { name: type } })).toBe(0);
  expect(await types.remove(other.type)).toMatchObject({ __typename: 'DeletedConnectionType' });
});
