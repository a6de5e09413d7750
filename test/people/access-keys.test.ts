import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { digestCredential } from '../../src/core/access/credential.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type Created = {
  createAccessKey: {
    __typename: string;
    accessKey: { id: string; preview: string };
    secret: string;
    fields?: { path: string }[];
  };
};

const create = (input: object, key?: string) =>
  server.graphql<Created>(
    `mutation($input: CreateAccessKeyInput!) { createAccessKey(input: $input) {
      __typename
      ... on CreatedAccessKey { secret accessKey { id name preview role project { id } createdAt expiresAt lastUsedAt } }
      ... on InvalidInputError { fields { path message } } } }`,
    { input: { name: 'a key', role: 'VIEWER', ...input } },
    key,
  );

const revoke = (id: string, key?: string) =>
  server.graphql<{ revokeAccessKey: { __typename: string } }>(
    'mutation($id: ID!) { revokeAccessKey(input: {id: $id}) { __typename } }',
    { id },
    key,
  );

const viewer = async (key: string) => {
  const { status, data } = await server.graphql<{ viewer: object } | undefined>(
    '{ viewer { kind role organization { id } project { id } } }',
    {},
    key,
  );
  return { status, viewer: data?.viewer };
};

const outcome = async (answer: ReturnType<typeof create>) =>
  (await answer).data.createAccessKey.__typename;

test('a new key is returned once and works', async () => {
  const { projectId, organizationId } = server.home;
  const { data } = await create({ name: ' deploy ', role: 'RUNTIME', projectId });
  const { accessKey, secret } = data.createAccessKey;
  expect(secret).toMatch(/^acc_[0-9A-Za-z]{64}$/);
  expect(accessKey).toEqual({
    id: expect.any(String),
    name: 'deploy',
    preview: `${secret.slice(0, 8)}…`,
    role: 'RUNTIME',
    project: { id: projectId },
    createdAt: expect.any(String),
    expiresAt: null,
    lastUsedAt: null,
  });
  expect(await viewer(secret)).toEqual({
    status: 200,
    viewer: {
      kind: 'ACCESS_KEY',
      role: 'RUNTIME',
      organization: { id: organizationId },
      project: { id: projectId },
    },
  });
});

test('only the digest of a key is stored', async () => {
  const { data } = await create({});
  const { accessKey, secret } = data.createAccessKey;
  const row = await server.deps.db.accessKey.findUniqueOrThrow({ where: { id: accessKey.id } });
  expect(Buffer.from(row.digest).equals(digestCredential(secret))).toBe(true);
  expect(JSON.stringify(row)).not.toContain(secret.slice(8));
});

describe('revoking', () => {
  test('ends a key on the next request and removes it from the list', async () => {
    const { projectId } = server.home;
    const { data } = await create({ projectId });
    const { accessKey, secret } = data.createAccessKey;
    expect((await viewer(secret)).status).toBe(200);
    expect((await revoke(accessKey.id)).data.revokeAccessKey.__typename).toBe('AccessKey');
    expect((await viewer(secret)).status).toBe(401);
    const { text } = await server.graphql(
      `{ project(id: "${projectId}") { accessKeys(first: 100) { nodes { id } } } }`,
    );
    expect(text).not.toContain(accessKey.id);
  });

  test('fails for a revoked key', async () => {
    const { data } = await create({});
    const { id } = data.createAccessKey.accessKey;
    const answers = await Promise.all([revoke(id), revoke(id), revoke(id)]);
    const types = answers.map(({ data: { revokeAccessKey } }) => revokeAccessKey.__typename).sort();
    expect(types).toEqual(['AccessKey', 'NotFoundError', 'NotFoundError']);
  });

  test('is allowed for the admin’s own key', async () => {
    const { data } = await create({ role: 'ADMIN' });
    const { accessKey, secret } = data.createAccessKey;
    expect((await revoke(accessKey.id, secret)).data.revokeAccessKey.__typename).toBe('AccessKey');
    expect((await viewer(secret)).status).toBe(401);
  });
});

describe('the time of expiry', () => {
  test('ends a key by the database’s clock', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { data } = await create({ expiresAt });
    const { secret } = data.createAccessKey;
    expect((await viewer(secret)).status).toBe(200);
    await expect
      .poll(async () => (await viewer(secret)).status, { timeout: 6_000, interval: 250 })
      .toBe(401);
  });

  test('must be in the future', async () => {
    const { data } = await create({ expiresAt: '2020-01-01T00:00:00Z' });
    expect(data.createAccessKey.fields).toMatchObject([{ path: 'expiresAt' }]);
  });
});

describe('a key is not created with more than its creator has', () => {
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);

  test('scope: an admin of a project creates keys of that project only', async () => {
    const { projectId, organizationId } = server.home;
    const key = await server.createKey({ projectId });
    expect(await outcome(create({}, key))).toBe('ForbiddenError');
    expect(await outcome(create({ projectId: null }, key))).toBe('ForbiddenError');
    expect(await outcome(create({ projectId }, key))).toBe('CreatedAccessKey');
    const other = await seedProject(server.deps.db, organizationId);
    expect(await outcome(create({ projectId: other }, key))).toBe('NotFoundError');
    const { projectId: strange } = server.stranger;
    expect(await outcome(create({ projectId: strange }, key))).toBe('NotFoundError');
  });

  test('lifetime: a key with an end creates keys that end no later', async () => {
    const key = await server.createKey({ expiresAt: days(10) });
    expect(await outcome(create({}, key))).toBe('ForbiddenError');
    expect(await outcome(create({ expiresAt: days(11) }, key))).toBe('ForbiddenError');
    expect(await outcome(create({ expiresAt: days(9) }, key))).toBe('CreatedAccessKey');
  });

  test('role: only an admin creates keys', async () => {
    for (const role of ['viewer', 'caller', 'runtime', 'editor'] as const) {
      expect(await outcome(create({}, await server.createKey({ role })))).toBe('ForbiddenError');
    }
  });
});

test('a project’s admin revokes neither the organization’s keys nor another project’s', async () => {
  const { projectId, organizationId } = server.home;
  const key = await server.createKey({ projectId });
  const other = await seedProject(server.deps.db, organizationId);
  for (const target of [{}, { projectId: other }]) {
    const { data } = await create(target);
    const { id } = data.createAccessKey.accessKey;
    expect((await revoke(id, key)).data.revokeAccessKey.__typename).toBe('NotFoundError');
  }
});

test.each([
  ['name', { name: ' ' }],
  ['name', { name: 'x'.repeat(121) }],
  ['name', { name: 'a\u0000' }],
])('a bad %s is named in the error', async (path, input) => {
  const { data } = await create(input);
  expect(data.createAccessKey.fields).toMatchObject([{ path }]);
});

test('an invalid project id is not found', async () => {
  for (const projectId of [randomUUID(), 'x', '\u0000']) {
    expect(await outcome(create({ projectId }))).toBe('NotFoundError');
  }
});

test('lastUsedAt of a key is written within seconds of its use', async () => {
  const { data } = await create({});
  const { accessKey, secret } = data.createAccessKey;
  await viewer(secret);
  const row = () => server.deps.db.accessKey.findUniqueOrThrow({ where: { id: accessKey.id } });
  await expect.poll(async () => (await row()).lastUsedAt, { timeout: 5_000 }).toBeInstanceOf(Date);
});

test('keys are listed for admins only, and a project’s only by those who reach it', async () => {
  const { projectId } = server.home;
  const document = `{ project(id: "${projectId}") { accessKeys { nodes { name } } } }`;
  const editor = await server.createKey({ role: 'editor' });
  const { errors } = await server.graphql(document, {}, editor);
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(await server.graphql(document)).toMatchObject({ errors: [] });
});
