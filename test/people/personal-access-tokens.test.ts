import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { digestCredential } from '../../src/core/access/credential.ts';
import { change } from '../helpers/people.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const create = (input: object, key?: string) =>
  change(server, 'createPersonalAccessToken', { name: 'a token', ...input }, key);
const statusOf = async (key: string) =>
  (await server.graphql('{ viewer { kind } }', {}, key)).status;
const soon = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

test('a new token is returned once, works, and only its digest is stored', async () => {
  const { userId, token } = await server.createPerson({});
  const made = await create({ name: ' laptop ' }, token);
  const secret = made.secret ?? '';
  expect(secret).toMatch(/^pat_[0-9A-Za-z]{64}$/);
  const { id, ...shown } = made.personalAccessToken as { id: string };
  const preview = `${secret.slice(0, 8)}…`;
  expect(shown).toEqual({ name: 'laptop', preview, expiresAt: null, lastUsedAt: null });
  expect(await statusOf(secret)).toBe(200);
  const row = await server.deps.db.personalAccessToken.findUniqueOrThrow({ where: { id } });
  expect(Buffer.from(row.digest).equals(digestCredential(secret))).toBe(true);
  expect(JSON.stringify(row)).not.toContain(secret.slice(8));
  expect(row).toMatchObject({ userId, createdBy: 'Ann' });
  const used = () => server.deps.db.personalAccessToken.findUnique({ where: { id } });
  await expect
    .poll(async () => (await used())?.lastUsedAt, { timeout: 5_000 })
    .toBeInstanceOf(Date);
});

test('an admin creates a token for another user, and an access key must name the user', async () => {
  const { userId } = await server.createPerson({});
  const { secret = '' } = await create({ userId });
  const { data } = await server.graphql('{ viewer { user { id } } }', {}, secret);
  expect(data).toEqual({ viewer: { user: { id: userId } } });
  expect((await create({})).fields).toMatchObject([{ path: 'userId' }]);
  for (const id of [randomUUID(), 'x', '\u0000']) {
    expect((await create({ userId: id })).__typename).toBe('NotFoundError');
  }
  expect((await create({ userId }, server.stranger.key)).__typename).toBe('NotFoundError');
});

describe('revoking', () => {
  const revoke = (id: string, key?: string) =>
    change(server, 'revokePersonalAccessToken', { id }, key);

  test('ends a token on the next request, works once, and removes it from the list', async () => {
    const { token, tokenId } = await server.createPerson({});
    expect(await statusOf(token)).toBe(200);
    const outcomes = await Promise.all([1, 2, 3].map(() => revoke(tokenId)));
    const types = outcomes.map(({ __typename }) => __typename).sort();
    expect(types).toEqual(['NotFoundError', 'NotFoundError', 'PersonalAccessToken']);
    expect(await statusOf(token)).toBe(401);
    const { text } = await server.graphql(
      '{ users(first: 100) { nodes { personalAccessTokens { id } } } }',
    );
    expect(text).not.toContain(tokenId);
  });

  test('is allowed for the user’s own tokens and not for others’', async () => {
    const [one, other] = [
      await server.createPerson({}),
      await server.createPerson({ role: 'editor' }),
    ];
    expect((await revoke(one.tokenId, other.token)).__typename).toBe('NotFoundError');
    expect((await revoke(one.tokenId, server.stranger.key)).__typename).toBe('NotFoundError');
    expect((await revoke(one.tokenId, one.token)).__typename).toBe('PersonalAccessToken');
    expect(await statusOf(one.token)).toBe(401);
  });
});

test('happens to all tokens of a deleted user, also those in use', async () => {
  const { userId, token } = await server.createPerson({ role: 'viewer' });
  const { secret = '' } = await create({ userId });
  const [deleted, ...made] = await Promise.all([
    change(server, 'deleteUser', { id: userId }),
    ...[1, 2, 3].map(() => create({ userId })),
  ]);
  expect(deleted?.__typename).toBe('DeletedUser');
  for (const { __typename } of made) {
    expect(['CreatedPersonalAccessToken', 'NotFoundError']).toContain(__typename);
  }
  const secrets = made.flatMap(({ secret: late }) => late ?? []);
  for (const dead of [token, secret, ...secrets]) expect(await statusOf(dead)).toBe(401);
  expect(await server.deps.db.personalAccessToken.count({ where: { userId } })).toBe(0);
});

describe('the time of expiry', () => {
  test('ends a token by the database’s clock', async () => {
    const { userId } = await server.createPerson({});
    const { secret = '' } = await create({ userId, expiresAt: soon(1_500) });
    expect(await statusOf(secret)).toBe(200);
    await expect.poll(() => statusOf(secret), { timeout: 6_000, interval: 250 }).toBe(401);
  });

  test('must be in the future', async () => {
    const { userId } = await server.createPerson({});
    const { fields } = await create({ userId, expiresAt: '2020-01-01T00:00:00Z' });
    expect(fields).toMatchObject([{ path: 'expiresAt' }]);
  });
});

test('creating and revoking a token is in the audit log without the token', async () => {
  const { userId, token } = await server.createPerson({});
  const made = await create({}, token);
  const { id } = made.personalAccessToken as { id: string };
  await change(server, 'revokePersonalAccessToken', { id }, token);
  const events = await server.deps.db.auditEvent.findMany({
    where: { detail: { path: ['personal_access_token'], equals: id } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual([
    'personal_access_token.create',
    'personal_access_token.revoke',
  ]);
  expect(events[0]?.detail).toMatchObject({ user: userId });
  expect(JSON.stringify(events)).not.toContain(made.secret);
});
