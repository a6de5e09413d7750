import { beforeAll, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { createConnection, fetchConfig, newConnection, openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

/* The database refuses every audit event in these tests: nothing may happen without its event. */

const server = useServer();
let id: string;
beforeAll(async () => {
  id = (await createConnection(server)).id;
  const refuse = 'ALTER TABLE audit_event ADD CONSTRAINT none CHECK (false) NOT VALID';
  await server.deps.db.$executeRawUnsafe(refuse);
});

test('no credential is returned without its event', async () => {
  const { status, text } = await fetchConfig(server, id);
  expect(status).toBe(500);
  expect(text).not.toContain('c4n4ry');
});

test('no credential is returned over GraphQL, alone or in a list', async () => {
  const { data, text } = await server.graphql(
    `mutation { a: fetchCredentials(input: {id: "${id}"}) { ... on Credentials { config } }
      b: fetchCredentials(input: {id: "${id}"}) { ... on Credentials { config } } }`,
  );
  expect(data).toBeNull();
  expect(text).not.toContain('c4n4ry');
});

test('no write is committed without its event', async () => {
  const { db } = server.deps;
  const before = await db.connection.findUniqueOrThrow({ where: { id } });
  const secret = await db.connectionSecret.findUniqueOrThrow({ where: { connectionId: id } });
  const body = { type: openAi, config: { api_key: canary() } };
  const path = `/v1/connections/${id}`;
  for (const answer of [
    await server.rest('POST', '/v1/connections', { body: newConnection(server) }),
    await server.rest('PUT', path, { body }),
    await server.rest('DELETE', path),
  ]) {
    expect(answer.status).toBe(500);
  }
  expect(await db.connection.findMany()).toEqual([before]);
  expect(await db.connectionSecret.findMany()).toEqual([secret]);
});

test('no project is created and no key created or revoked without its event', async () => {
  const { db } = server.deps;
  const listKeys = () => db.accessKey.findMany({ orderBy: { id: 'asc' } }); // a use moves the row
  const [projects, keys] = [await db.project.findMany(), await listKeys()];
  const { errors } = await server.graphql(
    `mutation { createProject(input: {name: "new"}) { __typename } }`,
  );
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  await server.graphql(
    `mutation { createAccessKey(input: {name: "new", role: ADMIN}) { __typename } }`,
  );
  for (const { id: key } of keys) {
    await server.graphql(`mutation { revokeAccessKey(input: {id: "${key}"}) { __typename } }`);
  }
  expect(await db.project.findMany()).toEqual(projects);
  const withoutUse = (rows: typeof keys) => rows.map((row) => ({ ...row, lastUsedAt: null }));
  expect(withoutUse(await listKeys())).toEqual(withoutUse(keys));
});
