import { beforeEach, describe, expect, test } from 'vitest';
import { change } from '../helpers/people.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* A caller creates no key, token, user or role with more role, scope or lifetime than their own. */

const server = useServer();
let email = 0;

const days = (count: number) => new Date(Date.now() + count * 86_400_000);

const outcome = async (name: string, input: object, key: string) => {
  email += 1;
  const own = name === 'createUser' ? { email: `u${email}@example.com`, name: 'New' } : {};
  return (await change(server, name, { ...own, ...input }, key)).__typename;
};

describe('an admin of the organization with a lower role in one project', () => {
  let token: string;
  let userId: string;
  beforeEach(async () => {
    const projectRoles = { [server.home.projectId]: 'viewer' } as const;
    ({ token, userId } = await server.createPerson({ role: 'admin', projectRoles }));
  });

  test('creates no user with a higher role there', async () => {
    expect(await outcome('createUser', { role: 'ADMIN' }, token)).toBe('ForbiddenError');
    expect(await outcome('createUser', { role: 'RUNTIME' }, token)).toBe('ForbiddenError');
    expect(await outcome('createUser', { role: 'VIEWER' }, token)).toBe('User');
    expect(await outcome('createUser', {}, token)).toBe('User');
  });

  test('gives no user a higher role there, and may lower one', async () => {
    const viewer = await server.createPerson({ role: 'viewer' });
    const raise = { id: viewer.userId, role: 'ADMIN' };
    expect(await outcome('updateUser', raise, token)).toBe('ForbiddenError');
    const admin = await server.createPerson({ role: 'admin' });
    const lower = { id: admin.userId, role: 'EDITOR' };
    expect(await outcome('updateUser', lower, token)).toBe('User');
  });

  test('gives no roles there, also not to themselves', async () => {
    const { projectId } = server.home;
    for (const role of ['ADMIN', 'VIEWER', null]) {
      const input = { userId, projectId, role };
      expect(await outcome('setProjectRole', input, token)).toBe('ForbiddenError');
    }
    const elsewhere = await seedProject(server.deps.db, server.home.organizationId);
    const input = { userId, projectId: elsewhere, role: 'EDITOR' };
    expect(await outcome('setProjectRole', input, token)).toBe('User');
  });

  test('creates no key with a higher role there', async () => {
    const make = (input: object) => outcome('createAccessKey', { name: 'k', ...input }, token);
    const { projectId } = server.home;
    expect(await make({ role: 'ADMIN' })).toBe('ForbiddenError');
    expect(await make({ role: 'VIEWER' })).toBe('CreatedAccessKey');
    expect(await make({ role: 'VIEWER', projectId })).toBe('ForbiddenError');
  });

  test('creates no token of a user with a higher role there', async () => {
    const { projectId } = server.home;
    const make = (of: { userId: string }) =>
      outcome('createPersonalAccessToken', { name: 't', userId: of.userId }, token);
    expect(await make(await server.createPerson({ role: 'editor' }))).toBe('ForbiddenError');
    const here = await server.createPerson({ projectRoles: { [projectId]: 'runtime' } });
    expect(await make(here)).toBe('ForbiddenError');
    const less = { role: 'admin', projectRoles: { [projectId]: 'viewer' } } as const;
    expect(await make(await server.createPerson(less))).toBe('CreatedPersonalAccessToken');
  });
});

describe('a caller who is not an admin of the organization', () => {
  test.each([
    ['a person of the role editor', { role: 'editor' }],
    ['a person of no role', {}],
    ['a person of the role admin in a project', 'project'],
  ] as const)('as %s creates no users, roles or tokens of others', async (_who, options) => {
    const { projectId } = server.home;
    const roles =
      options === 'project' ? { projectRoles: { [projectId]: 'admin' as const } } : options;
    const { token, userId } = await server.createPerson(roles);
    const { userId: other } = await server.createPerson({});
    expect(await outcome('createUser', {}, token)).toBe('ForbiddenError');
    const own = { id: userId, role: 'ADMIN' };
    expect(await outcome('updateUser', own, token)).toBe('ForbiddenError');
    const role = { userId, projectId, role: 'ADMIN' };
    expect(await outcome('setProjectRole', role, token)).toBe('ForbiddenError');
    const tokenOf = (id: string) => ({ name: 't', userId: id });
    const make = 'createPersonalAccessToken';
    expect(await outcome(make, tokenOf(other), token)).toBe('ForbiddenError');
    expect(await outcome(make, tokenOf(userId), token)).toBe('CreatedPersonalAccessToken');
    const key = { name: 'k', role: 'VIEWER' };
    expect(await outcome('createAccessKey', key, token)).toBe('ForbiddenError');
  });

  test('as an admin of one project creates keys of that project only', async () => {
    const { projectId, organizationId } = server.home;
    const { token } = await server.createPerson({ projectRoles: { [projectId]: 'admin' } });
    const make = (input: object) =>
      outcome('createAccessKey', { name: 'k', role: 'ADMIN', ...input }, token);
    expect(await make({ projectId })).toBe('CreatedAccessKey');
    const other = await seedProject(server.deps.db, organizationId);
    expect(await make({ projectId: other })).toBe('NotFoundError');
    expect(await make({})).toBe('ForbiddenError');
  });

  test('with a project-scoped admin key adds no user', async () => {
    const key = await server.createKey({ projectId: server.home.projectId });
    expect(await outcome('createUser', {}, key)).toBe('ForbiddenError');
  });
});

describe('a credential does not outlive its creator', () => {
  test.each(['a token', 'a key'])('when %s with an end created it', async (kind) => {
    const expiresAt = days(10);
    const person = await server.createPerson({ role: 'admin', expiresAt });
    const key = kind === 'a key' ? await server.createKey({ expiresAt }) : person.token;
    const token = (end?: Date) =>
      outcome(
        'createPersonalAccessToken',
        { name: 't', userId: person.userId, expiresAt: end ?? null },
        key,
      );
    expect(await token()).toBe('ForbiddenError');
    expect(await token(days(11))).toBe('ForbiddenError');
    expect(await token(days(9))).toBe('CreatedPersonalAccessToken');
    const made = { name: 'k', role: 'VIEWER', expiresAt: days(11) };
    expect(await outcome('createAccessKey', made, key)).toBe('ForbiddenError');
  });
});
