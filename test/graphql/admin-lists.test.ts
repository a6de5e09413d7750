import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { type Person, seedKey, seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

/* Lists that only admins see: a refused list is null, and the rest of the response stays. */

const server = useServer();
/** A project with one member for each role. */
let projectId: string;
let members: Person[];
/** Another project, whose lists are refused. */
let guarded: string;
beforeAll(async () => {
  projectId = await seedProject(server.deps.db, server.home.organizationId, 'with members');
  guarded = await seedProject(server.deps.db, server.home.organizationId);
  members = [];
  for (const role of ['viewer', 'caller', 'runtime', 'editor', 'admin'] as const) {
    members.push(await server.createPerson({ projectRoles: { [projectId]: role } }));
  }
});

const forbidden = (...path: (string | number)[]) => ({ path, extensions: { code: 'FORBIDDEN' } });

describe('a refused list is null with one error at its path, and the rest of the response stays:', () => {
  type Case = [name: string, document: () => string, path: (string | number)[]];
  const cases: Case[] = [
    ['users', () => '{ refused: users { nodes { id } } viewer { kind } }', ['refused']],
    [
      'auditEvents',
      () => `{ refused: auditEvents(projectId: "${guarded}") { totalCount } viewer { kind } }`,
      ['refused'],
    ],
    [
      'Project.accessKeys',
      () =>
        `{ project(id: "${guarded}") { refused: accessKeys { nodes { id } } } viewer { kind } }`,
      ['project', 'refused'],
    ],
    [
      'Project.members',
      () => `{ project(id: "${guarded}") { refused: members { nodes { role } } } viewer { kind } }`,
      ['project', 'refused'],
    ],
    [
      'Organization.accessKeys',
      () => '{ viewer { kind organization { refused: accessKeys { totalCount } } } }',
      ['viewer', 'organization', 'refused'],
    ],
  ];
  const callers = async () => {
    const found: string[] = [];
    for (const role of ['viewer', 'caller', 'runtime', 'editor'] as const) {
      found.push(await server.createKey({ role }), (await server.createPerson({ role })).token);
    }
    // An admin everywhere else.
    const projectRoles = { [guarded]: 'editor' } as const;
    return {
      lesser: found,
      elsewhere: (await server.createPerson({ role: 'admin', projectRoles })).token,
    };
  };

  test.each(cases)('%s', async (name, document, path) => {
    const { lesser, elsewhere } = await callers();
    const ofProject = name.startsWith('Project.') || name === 'auditEvents';
    for (const key of ofProject ? [...lesser, elsewhere] : lesser) {
      // More often than graphql-jit takes to compile the query.
      for (let run = 0; run < (key === lesser[0] ? 12 : 1); run += 1) {
        const { status, data, errors } = await server.graphql<Record<string, object | null>>(
          document(),
          {},
          key,
        );
        expect(status).toBe(200);
        expect(errors).toEqual([
          expect.objectContaining({
            ...forbidden(...path),
            extensions: expect.objectContaining({ code: 'FORBIDDEN' }),
          }),
        ]);
        const at = path.reduce<unknown>((value, step) => Object(value)[step], data);
        expect(at).toBeNull();
        expect(data).toMatchObject({ viewer: { kind: expect.stringMatching(/^[A-Z_]+$/) } });
      }
    }
  });

  test.each(cases)('an admin sees the list: %s', async (_name, document, path) => {
    const { token } = await server.createPerson({ role: 'admin' });
    for (const key of [server.adminKey, token]) {
      const { data, errors } = await server.graphql(document(), {}, key);
      expect(errors).toEqual([]);
      expect(path.reduce<unknown>((value, step) => Object(value)[step], data)).toBeTruthy();
    }
  });

  test('an admin of one project sees the lists of the project and none of the organization', async () => {
    const person = members.at(-1)?.token ?? '';
    for (const key of [person, await server.createKey({ projectId })]) {
      const own = `{ project(id: "${projectId}") { accessKeys { totalCount } members { totalCount } } }`;
      expect((await server.graphql(own, {}, key)).errors).toEqual([]);
      for (const field of [
        'users { totalCount }',
        'viewer { organization { accessKeys { totalCount } } }',
      ]) {
        const { errors } = await server.graphql(`{ ${field} }`, {}, key);
        expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      }
    }
  });
});

type Members = {
  edges: { cursor: string }[];
  nodes: { role: string; user: { id: string }; project: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount: number;
};

const membersOf = async (variables: object = {}, key?: string) => {
  const { data, errors } = await server.graphql<{ project: { members: Members | null } | null }>(
    `query($id: ID!, $first: Int, $after: String) { project(id: $id) { members(first: $first, after: $after) {
      edges { cursor node { role } } nodes { role user { id } project { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } } }`,
    { id: projectId, ...variables },
    key,
  );
  return { members: data.project?.members, errors };
};

describe('the members of a project', () => {
  test('are the people with a role in it, newest first, with that role', async () => {
    await server.createPerson({ role: 'admin' }); // has a role in the organization alone
    const { members: page } = await membersOf();
    const expected = ['ADMIN', 'EDITOR', 'RUNTIME', 'CALLER', 'VIEWER'].map((role, index) => ({
      role,
      user: { id: members.at(-1 - index)?.userId },
      project: { id: projectId },
    }));
    expect(page?.nodes).toEqual(expected);
    expect(page?.totalCount).toBe(5);
  });

  test('are returned page by page', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { members: page } = await membersOf({ first: 3, after });
      if (page == null) throw new Error('There is no page.');
      seen.push(...page.nodes.map(({ user }) => user.id));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
      expect(page.totalCount).toBe(5);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(members.map(({ userId }) => userId).reverse());
    const { errors } = await membersOf({ first: 101 });
    expect(errors).toMatchObject([
      { path: ['project', 'members'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('of a project out of reach are not found', async () => {
    const { token } = await server.createPerson({});
    for (const key of [server.stranger.key, token]) {
      expect((await membersOf({}, key)).members).toBeUndefined();
    }
  });

  test('have tokens that only admins of the organization see', async () => {
    const document = `{ project(id: "${projectId}") { members { nodes { user { email personalAccessTokens { name } } } } } }`;
    for (const key of [members.at(-1)?.token, await server.createKey({ projectId })]) {
      const { errors, text } = await server.graphql(document, {}, key);
      expect(errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      expect(text).not.toContain('personalAccessTokens":[');
    }
    expect((await server.graphql(document)).errors).toEqual([]);
  });

  test('of many projects take a fixed number of statements', async () => {
    const { db } = server.deps;
    for (let index = 0; index < 6; index += 1) {
      const id = await seedProject(db, server.home.organizationId);
      for (let person = 0; person < index; person += 1) {
        await server.createPerson({ projectRoles: { [id]: 'viewer' } });
      }
    }
    type Data = {
      viewer: {
        organization: {
          projects: { nodes: { members: { totalCount: number; nodes: object[] } }[] };
        };
      };
    };
    let lists: { totalCount: number; nodes: object[] }[] = [];
    const statements = await statementsOf(async () => {
      const { data, errors } = await server.graphql<Data>(
        '{ viewer { organization { projects(first: 6) { nodes { viewerRole members(first: 2) { totalCount nodes { role user { name } } } } } } } }',
      );
      expect(errors).toEqual([]);
      lists = data.viewer.organization.projects.nodes.map((project) => project.members);
    });
    expect(lists.map(({ totalCount, nodes }) => [totalCount, nodes.length])).toEqual(
      [5, 4, 3, 2, 1, 0].map((count) => [count, Math.min(count, 2)]),
    );
    expect(statements.length, statements.join('\n\n')).toBeLessThanOrEqual(5);
  });
});

describe('the access keys of an organization', () => {
  test('are the keys of the whole organization that are not revoked, page by page', async () => {
    const { db } = server.deps;
    await server.createKey({ projectId, name: 'of a project' });
    await server.createKey({ name: 'ended' });
    await db.accessKey.updateMany({ where: { name: 'ended' }, data: { revokedAt: new Date() } });
    await server.createKey({ name: 'newest', role: 'viewer' });
    const names: string[] = [];
    let after: string | null = null;
    type Keys = {
      nodes: { name: string; project: object | null }[];
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    let total = 0;
    do {
      const { data, errors } = await server.graphql<{
        viewer: { organization: { accessKeys: Keys } };
      }>(
        `query($after: String) { viewer { organization { accessKeys(first: 2, after: $after) {
          nodes { name project { id } } totalCount pageInfo { hasNextPage endCursor } } } } }`,
        { after },
      );
      expect(errors).toEqual([]);
      const page: Keys = data.viewer.organization.accessKeys;
      expect(page.nodes.every(({ project }) => project === null)).toBe(true);
      names.push(...page.nodes.map(({ name }) => name));
      total = page.totalCount;
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(names[0]).toBe('newest');
    expect(names).toHaveLength(total);
    expect(names).not.toContain('of a project');
    expect(names).not.toContain('ended');
  });

  test('contain no key of another organization', async () => {
    await seedKey(server.deps.db, server.stranger.organizationId, { name: 'theirs' });
    const { text } = await server.graphql(
      '{ viewer { organization { accessKeys(first: 100) { nodes { name } } } } }',
    );
    expect(text).not.toContain('theirs');
  });
});

test.each(['viewer', 'caller', 'runtime', 'editor', 'admin'] as const)(
  'viewerRole is %s for keys and people with that role in the project',
  async (role: Role) => {
    const other = role === 'admin' ? 'viewer' : 'admin';
    const tokens = [
      await server.createKey({ role }),
      await server.createKey({ role, projectId }),
      (await server.createPerson({ role })).token,
      (await server.createPerson({ projectRoles: { [projectId]: role } })).token,
      (await server.createPerson({ role: other, projectRoles: { [projectId]: role } })).token,
    ];
    for (const token of tokens) {
      const { data } = await server.graphql(
        `{ project(id: "${projectId}") { viewerRole } }`,
        {},
        token,
      );
      expect(data).toEqual({ project: { viewerRole: role.toUpperCase() } });
    }
  },
);

test('a search finds people by a part of their name or address in any case, and takes no wildcard', async () => {
  const { db } = server.deps;
  const { userId } = await server.createPerson({});
  const email = 'Grace.Hopper_100%@navy.example';
  await db.user.update({
    where: { id: userId },
    data: { name: 'Grace H\\opper', email, emailFolded: email.toLowerCase() },
  });
  const search = async (text: string) => {
    const { data, errors } = await server.graphql<{
      users: { nodes: { id: string }[]; totalCount: number } | null;
    }>('query($text: String) { users(search: $text) { nodes { id } totalCount } }', { text });
    expect(errors).toEqual([]);
    expect(data.users?.totalCount).toBe(data.users?.nodes.length);
    return data.users?.nodes.map(({ id }) => id);
  };
  for (const text of ['grace', 'HOPPER', '_100%@', 'NAVY.ex', 'h\\op'])
    expect(await search(text)).toEqual([userId]);
  for (const text of ['g%e', 'grace_hopper', '%%%', 'nobody'])
    expect(await search(text)).toEqual([]);
  const { data, errors } = await server.graphql('{ users(search: "\\u0000") { totalCount } }');
  expect([data, errors[0]?.extensions]).toMatchObject([
    { users: null },
    { code: 'BAD_USER_INPUT', fields: [{ path: 'search', message: expect.any(String) }] },
  ]);
});
