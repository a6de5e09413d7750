import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { makeSystem } from '../helpers/connections.ts';
import {
  type Callers,
  createCallers,
  createTargets,
  roles,
  type Targets,
} from '../helpers/refusals.ts';
import { seedKey } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

const server = useServer();
let targets: Targets;
let callers: Callers;
/** A key of the whole organization. */
let wideKeyId: string;
beforeAll(async () => {
  targets = await createTargets(server);
  callers = await createCallers(targets);
  await server.createKey({ name: 'wide', role: 'viewer' });
  wideKeyId = (await server.deps.db.accessKey.findFirstOrThrow({ where: { name: 'wide' } })).id;
});

type Found = { node: { __typename: string; id: string; [field: string]: unknown } | null };

const find = (id: string, key?: string, fields = '') =>
  server.graphql<Found>(
    `query($id: ID!) { node(id: $id) { __typename id ${fields} } }`,
    { id },
    key,
  );

const typeOf = async (id: string, key?: string) => {
  const { data, errors } = await find(id, key);
  expect(errors).toEqual([]);
  return data.node?.__typename ?? null;
};

/** One record of each type, and the callers who may see it. */
const records = (): [type: string, id: string, forWhom: 'anyone' | 'admin' | 'organization'][] => [
  ['Connection', targets.connectionId, 'anyone'],
  ['Project', targets.projectId, 'anyone'],
  ['App', targets.appId, 'anyone'],
  ['Requirement', targets.requirementId, 'anyone'],
  ['AccessKey', targets.accessKeyId, 'admin'],
  ['AccessKey', wideKeyId, 'organization'],
  ['User', targets.userId, 'organization'],
];

/** Returns which of {@link records} a caller sees. */
const seen = async (key: string) =>
  Promise.all(records().map(async ([, id]) => (await typeOf(id, key)) !== null));

const visibleTo = (role: Role, ofOrganization: boolean) =>
  records().map(
    ([, , forWhom]) =>
      forWhom === 'anyone' || (role === 'admin' && (forWhom === 'admin' || ofOrganization)),
  );

test('finds a record of every type by its id alone, in any case', async () => {
  for (const [type, id] of records()) {
    expect(await typeOf(id)).toBe(type);
    const { data } = await find(id.toUpperCase());
    expect(data.node).toEqual({ __typename: type, id });
  }
});

test('takes one statement after the credential, with the columns of the record', async () => {
  const fields = `... on Connection { name config secretFields createdAt project { name } }
    ... on Project { name redirectUrls } ... on App { hostname visibility createdAt }
    ... on Requirement { title kind description workflowId }
    ... on AccessKey { keyName: name preview role lastUsedAt } ... on User { email userRole: role createdAt }`;
  for (const [type, id] of records()) {
    let found: Found['node'] = null;
    const statements = await statementsOf(async () => {
      const { data, errors } = await find(id, undefined, fields);
      expect(errors).toEqual([]);
      found = data.node;
    });
    expect(found).toMatchObject({ __typename: type });
    expect(statements.length, statements.join('\n\n')).toBe(2);
  }
});

test('finds the same as the field of the type does', async () => {
  const pairs = [
    [
      'connection',
      targets.connectionId,
      'Connection',
      'id name type status config version createdAt updatedAt project { id name organization { id } }',
    ],
    [
      'project',
      targets.projectId,
      'Project',
      'id name redirectUrls organization { id } apps { totalCount }',
    ],
    [
      'app',
      targets.appId,
      'App',
      'id name hostname visibility createdAt connectPage { allowedOrigins } project { id } requirements { id }',
    ],
    [
      'requirement',
      targets.requirementId,
      'Requirement',
      'id name kind title spec workflowId app { id name } status',
    ],
  ];
  for (const [field, id, type, fields] of pairs) {
    const { data, errors } = await server.graphql<{ one: object; node: object }>(
      `{ one: ${field}(id: "${id}") { ${fields} } node(id: "${id}") { ... on ${type} { ${fields} } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.node).toEqual(data.one);
  }
});

test('loads the relations of its record', async () => {
  const { data, errors } = await find(
    targets.accessKeyId,
    undefined,
    '... on AccessKey { project { id name } expiresAt }',
  );
  expect(errors).toEqual([]);
  expect(data.node).toMatchObject({ project: { id: targets.projectId }, expiresAt: null });
});

describe('an id is null', () => {
  test.each(['', 'x', '\u0000', '\ud800', randomUUID()])('when it is %j', async (id) => {
    expect(await typeOf(id)).toBeNull();
  });

  test('for a record that is not a node', async () => {
    for (const id of [targets.referenceId, targets.tokenId, targets.organizationId]) {
      expect(await typeOf(id)).toBeNull();
    }
  });

  test('for a revoked key', async () => {
    await seedKey(server.deps.db, server.home.organizationId, { name: 'ended' });
    const where = { name: 'ended' };
    await server.deps.db.accessKey.updateMany({ where, data: { revokedAt: new Date() } });
    const { id } = await server.deps.db.accessKey.findFirstOrThrow({ where });
    expect(await typeOf(id)).toBeNull();
  });

  test('for every record of another organization or project', async () => {
    for (const [, key] of [...callers.strangers, ...callers.strangePeople]) {
      expect(await seen(key)).toEqual(records().map(() => false));
    }
  });

  test('for a connection of an end user, also for an admin', async () => {
    const { db } = server.deps;
    const endUser = { id: randomUUID(), appId: targets.appId, userId: 'brought' };
    await db.endUser.create({ data: endUser });
    const row = await db.connection.findUniqueOrThrow({ where: { id: targets.connectionId } });
    const id = randomUUID();
    const brought = { endUserId: endUser.id, requirementId: targets.requirementId };
    await db.connection.create({ data: { ...row, id, name: id, nameFolded: id, ...brought } });
    expect(await typeOf(id)).toBeNull();
    await db.endUser.delete({ where: { id: endUser.id } });
  });
});

describe.each(roles)('a caller of the role %s', (role) => {
  test('sees keys only as an admin, and people only as an admin of the organization', async () => {
    const [wide = '', bound = ''] = callers.keys[role];
    expect(await seen(wide)).toEqual(visibleTo(role, true));
    expect(await seen(bound)).toEqual(visibleTo(role, false));
    const { byOrganization, byProject } = callers.people[role];
    expect(await seen(byOrganization.token)).toEqual(visibleTo(role, true));
    expect(await seen(byProject.token)).toEqual(visibleTo(role, false));
  });
});

test('a lower role in a project limits an admin of the organization there', async () => {
  const { byBoth } = callers.people.viewer;
  const expected = records().map(
    ([, id, forWhom]) => forWhom !== 'admin' || id !== targets.accessKeyId,
  );
  expect(await seen(byBoth.token)).toEqual(expected);
});

test('a system-managed connection is found without its config', async () => {
  await makeSystem(server, targets.connectionId);
  const { data } = await find(
    targets.connectionId,
    undefined,
    '... on Connection { isSystem config }',
  );
  expect(data.node).toMatchObject({ isSystem: true, config: null });
  const { db } = server.deps;
  await db.connection.update({ where: { id: targets.connectionId }, data: { isSystem: false } });
});

test('a connect token cannot read a node, not even a requirement of its own app', async () => {
  const token = await mintToken(server, { id: targets.appId }, 'ann');
  for (const [, id] of records()) {
    const { data, errors } = await find(id, token);
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'FORBIDDEN' } }]);
  }
});
