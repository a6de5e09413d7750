import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { createConnection, newConnection } from '../helpers/connections.ts';
import { change } from '../helpers/people.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let connectionId: string;
beforeAll(async () => {
  connectionId = (await createConnection(server)).id;
});

/** The statuses of each role: of a read, of credentials, of a write. */
const may: Record<Role | 'nothing', number[]> = {
  nothing: [404, 404, 404],
  viewer: [200, 403, 403],
  caller: [200, 403, 403],
  runtime: [200, 200, 403],
  editor: [200, 200, 200],
  admin: [200, 200, 200],
};

async function tries(key: string, id = connectionId): Promise<number[]> {
  const path = `/v1/connections/${id}`;
  const { type, config } = newConnection(server);
  const body = { type, config };
  const read = await server.rest('GET', path, { key });
  const credentials = await server.rest('POST', `${path}/credentials`, { key });
  const write = await server.rest('PUT', path, { key, body });
  return [read.status, credentials.status, write.status];
}

const upper = (role: Role | null) => role?.toUpperCase() ?? null;

describe('a token follows its user’s role at once', () => {
  test('in the organization: raised, lowered, taken away', async () => {
    const { userId, token } = await server.createPerson({});
    for (const role of ['admin', 'viewer', 'runtime', 'caller', null, 'editor'] as const) {
      const changed = await change(server, 'updateUser', { id: userId, role: upper(role) });
      expect(changed).toMatchObject({ __typename: 'User', role: upper(role) });
      expect([role, await tries(token)]).toEqual([role, may[role ?? 'nothing']]);
    }
  });

  test('in a project: raised, lowered, taken away', async () => {
    const { userId, token } = await server.createPerson({});
    const { projectId } = server.home;
    for (const role of ['viewer', 'editor', 'caller', 'runtime', null, 'admin'] as const) {
      const input = { userId, projectId, role: upper(role) };
      expect(await change(server, 'setProjectRole', input)).toMatchObject({ __typename: 'User' });
      expect([role, await tries(token)]).toEqual([role, may[role ?? 'nothing']]);
    }
  });

  test('an update without a role keeps the role', async () => {
    const { userId, token } = await server.createPerson({ role: 'runtime' });
    const changed = await change(server, 'updateUser', { id: userId, name: ' Bea ' });
    expect(changed).toMatchObject({ name: 'Bea', role: 'RUNTIME' });
    expect(await tries(token)).toEqual(may.runtime);
  });
});

describe('the role in a project replaces the organization’s', () => {
  test.each([
    ['admin', 'viewer'],
    ['viewer', 'editor'],
    ['editor', 'runtime'],
    ['admin', 'caller'],
    ['caller', 'runtime'],
  ] as const)('%s of the organization, %s here', async (role, here) => {
    const { projectId } = server.home;
    const { token } = await server.createPerson({ role, projectRoles: { [projectId]: here } });
    expect(await tries(token)).toEqual(may[here]);
    const elsewhere = await seedProject(server.deps.db, server.home.organizationId);
    const { id } = await createConnection(server, { project_id: elsewhere });
    expect(await tries(token, id)).toEqual(may[role]);
  });
});

test('a user with a role in some projects sees only those', async () => {
  const [mine, also] = [
    await seedProject(server.deps.db, server.home.organizationId),
    await seedProject(server.deps.db, server.home.organizationId),
  ];
  const projectRoles = { [mine]: 'viewer', [also]: 'admin' } as const;
  const { token } = await server.createPerson({ projectRoles });
  const { data } = await server.graphql<{
    viewer: { organization: { projects: { nodes: { id: string }[]; totalCount: number } } };
  }>('{ viewer { organization { projects { totalCount nodes { id } } } } }', {}, token);
  const { nodes, totalCount } = data.viewer.organization.projects;
  expect(nodes.map(({ id }) => id).sort()).toEqual([mine, also].sort());
  expect(totalCount).toBe(2);
  const keysOf = (id: string) =>
    server.graphql(`{ project(id: "${id}") { accessKeys { nodes { id } } } }`, {}, token);
  expect((await keysOf(also)).errors).toEqual([]);
  expect((await keysOf(mine)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('a role in another organization’s project has no effect there', async () => {
  const projectRoles = { [server.stranger.projectId]: 'admin' } as const;
  const { token } = await server.createPerson({ projectRoles });
  const { data } = await server.graphql(
    `{ project(id: "${server.stranger.projectId}") { id } }`,
    {},
    token,
  );
  expect(data).toEqual({ project: null });
});

test('a list needs a project, and is 404 for a project without a role', async () => {
  const { projectId } = server.home;
  const { token } = await server.createPerson({ projectRoles: { [projectId]: 'viewer' } });
  const list = (path: string) => server.rest<{ total: number }>('GET', path, { key: token });
  expect((await list(`/v1/connections?project_id=${projectId}`)).status).toBe(200);
  expect((await list('/v1/connections')).status).toBe(400);
  const other = await seedProject(server.deps.db, server.home.organizationId);
  expect((await list(`/v1/connections?project_id=${other}`)).status).toBe(404);
});

test('an admin of a project reads its audit log', async () => {
  const { projectId } = server.home;
  const { token } = await server.createPerson({ projectRoles: { [projectId]: 'admin' } });
  const events = (args: string, key: string) =>
    server.graphql(`{ auditEvents${args} { nodes { action actor } } }`, {}, key);
  expect((await events(`(projectId: "${projectId}")`, token)).errors).toEqual([]);
  const viewer = await server.createPerson({ projectRoles: { [projectId]: 'viewer' } });
  for (const args of ['', `(projectId: "${projectId}")`]) {
    const { errors } = await events(args, viewer.token);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
});

test('a change shows its user by name, and its credential in the audit log', async () => {
  const person = await server.createPerson({ role: 'editor' });
  const { id } = await createConnection(server, {}, person.token);
  const { json } = await server.rest<{ data: object }>('GET', `/v1/connections/${id}`);
  expect(json).toMatchObject({ data: { created_by: 'Ann' } });
  await server.rest('DELETE', `/v1/connections/${id}`, { key: person.token });
  const where = { connectionId: id, actor: `personal_access_token:${person.tokenId}` };
  const actions = await server.deps.db.auditEvent.findMany({ where, orderBy: { id: 'asc' } });
  expect(actions.map(({ action }) => action)).toEqual(['connection.create', 'connection.delete']);
});

test('viewer of a token returns its user', async () => {
  const { projectId, organizationId } = server.home;
  const projectRoles = { [projectId]: 'editor' } as const;
  const { userId, token } = await server.createPerson({ role: 'viewer', projectRoles });
  const { data } = await server.graphql(
    '{ viewer { kind role organization { id } project { id } userId user { id name personalAccessTokens { name } } } }',
    {},
    token,
  );
  expect(data).toEqual({
    viewer: {
      kind: 'PERSONAL_ACCESS_TOKEN',
      role: 'VIEWER',
      organization: { id: organizationId },
      project: null,
      userId: null,
      user: { id: userId, name: 'Ann', personalAccessTokens: [{ name: 'test' }] },
    },
  });
});

test('concurrent requests of users with different roles each use their own role', async () => {
  const { projectId } = server.home;
  const roles = ['viewer', 'caller', 'runtime', 'editor'] as const;
  const people = await Promise.all([
    ...roles.map((role) => server.createPerson({ role })),
    ...roles.map((role) => server.createPerson({ projectRoles: { [projectId]: role } })),
    server.createPerson({}),
  ]);
  const expected = [...roles, ...roles, 'nothing' as const].map((role) => may[role][1]);
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      people.map(({ token }) =>
        server.rest('POST', `/v1/connections/${connectionId}/credentials`, { key: token }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(expected);
  }
});
