import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { change } from '../helpers/people.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const newEmail = () => `${randomUUID()}@example.com`;
const create = (input: object, key?: string) =>
  change(server, 'createUser', { email: newEmail(), name: 'Ann', ...input }, key);

test('a user is created, listed, updated and deleted', async () => {
  const email = newEmail();
  const made = await create({ email: ` ${email} `, role: 'EDITOR' });
  expect(made).toMatchObject({ __typename: 'User', email, name: 'Ann', role: 'EDITOR' });
  const id = made.id ?? '';
  const listed = async () => {
    const { data } = await server.graphql<{ users: { nodes: { id: string }[] } }>(
      '{ users(first: 100) { nodes { id email role personalAccessTokens { id } } } }',
    );
    return data.users.nodes.find((user) => user.id === id);
  };
  expect(await listed()).toEqual({ id, email, role: 'EDITOR', personalAccessTokens: [] });
  const changed = await change(server, 'updateUser', { id, name: 'Bea', role: null });
  expect(changed).toMatchObject({ name: 'Bea', role: null });
  expect(await change(server, 'deleteUser', { id })).toEqual({
    __typename: 'DeletedUser',
    deletedId: id,
  });
  expect(await listed()).toBeUndefined();
  expect(await change(server, 'deleteUser', { id })).toMatchObject({ __typename: 'NotFoundError' });
  const events = await server.deps.db.auditEvent.findMany({
    where: { detail: { path: ['user'], equals: id }, action: { startsWith: 'user.' } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual(['user.create', 'user.update', 'user.delete']);
});

describe('an email', () => {
  test('is unique in an organization in any case, also for concurrent requests', async () => {
    const email = newEmail();
    const spellings = [email, email.toUpperCase(), `A${email}`.slice(1)];
    const outcomes = await Promise.all(spellings.map((spelled) => create({ email: spelled })));
    const types = outcomes.map(({ __typename }) => __typename).sort();
    expect(types).toEqual(['ConflictError', 'ConflictError', 'User']);
    const elsewhere = await create({ email }, server.stranger.key);
    expect(elsewhere.__typename).toBe('User');
  });

  test.each([
    '',
    'ann',
    'ann@',
    '@example.com',
    'a b@example.com',
    `${'a'.repeat(250)}@b.co`,
    'a\u0000@b.co',
  ])('cannot be %j', async (email) => {
    const { __typename, fields } = await create({ email });
    expect(__typename).toBe('InvalidInputError');
    expect(fields).toMatchObject([{ path: 'email' }]);
  });
});

test.each(['updateUser', 'deleteUser'] as const)(
  '%s finds no user of another organization',
  async (name) => {
    const { userId } = await server.createPerson({});
    for (const id of [userId, randomUUID(), 'x', '\u0000']) {
      const outcome = await change(server, name, { id }, server.stranger.key);
      expect(outcome.__typename).toBe('NotFoundError');
    }
  },
);

test('a role is not given in another organization’s project or to its users', async () => {
  const { userId } = await server.createPerson({});
  const { projectId } = server.home;
  const set = (input: object, key: string) =>
    change(server, 'setProjectRole', { userId, projectId, role: 'VIEWER', ...input }, key);
  expect((await set({}, server.stranger.key)).__typename).toBe('NotFoundError');
  const { projectId: strange } = server.stranger;
  expect((await set({ projectId: strange }, server.stranger.key)).__typename).toBe('NotFoundError');
  expect((await set({ projectId: strange }, server.adminKey)).__typename).toBe('NotFoundError');
  expect(await server.deps.db.membership.count()).toBe(0);
});

test('pages of users are newest first without gaps', async () => {
  for (let count = 0; count < 3; count += 1) await create({});
  type Users = {
    users: { nodes: { id: string }[]; totalCount: number; pageInfo: { endCursor: string } };
  };
  const page = (after: string | null) =>
    server.graphql<Users>(
      'query($after: String) { users(first: 2, after: $after) { totalCount nodes { id } pageInfo { endCursor } } }',
      { after },
    );
  const first = (await page(null)).data.users;
  const second = (await page(first.pageInfo.endCursor)).data.users;
  const { organizationId } = server.home;
  const all = await server.deps.db.user.findMany({
    where: { organizationId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  expect(first.totalCount).toBe(all.length);
  const ids = [...first.nodes, ...second.nodes].map(({ id }) => id);
  expect(ids).toEqual(all.slice(0, 4).map(({ id }) => id));
});

test('deleting a project deletes its roles', async () => {
  const { organizationId } = server.home;
  const { id } = await server.deps.db.project.create({
    data: { id: randomUUID(), organizationId, name: 'short-lived' },
  });
  const { userId, token } = await server.createPerson({ projectRoles: { [id]: 'admin' } });
  const { data } = await server.graphql<{ outcome: { __typename: string } }>(
    'mutation($id: ID!) { outcome: deleteProject(input: {id: $id, confirm: "short-lived"}) { __typename } }',
    { id },
    token,
  );
  expect(data.outcome.__typename).toBe('DeletedProject');
  expect(await server.deps.db.membership.count({ where: { userId } })).toBe(0);
});
