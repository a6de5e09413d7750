import { expect, test } from 'vitest';
import { createConnection, makeSystem } from '../helpers/connections.ts';
import { eventsOf, grantOf, leave, refusalOf, tokenOf } from '../helpers/grants.ts';
import { connect, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

const document = `mutation($id: ID!) { refreshConnection(input: { id: $id }) { __typename
  ... on Connection { id status oauth { consecutiveFailures lastRefreshedAt } }
  ... on UserError { message } ... on UpstreamError { retryable } } }`;

async function refresh(id: string, key?: string) {
  type Answer = {
    refreshConnection: { __typename: string; message?: string; retryable?: boolean };
  };
  const { data, errors } = await world.server.graphql<Answer>(document, { id }, key);
  return data?.refreshConnection ?? errors[0];
}

test('refreshing a connection on request replaces a token that is still valid for long', async () => {
  const id = await connect(world);
  const before = await tokenOf(world, id);
  expect(await refresh(id)).toMatchObject({
    __typename: 'Connection',
    id,
    status: 'ACTIVE',
    oauth: { consecutiveFailures: 0, lastRefreshedAt: expect.any(String) },
  });
  expect((await tokenOf(world, id)).access_token).not.toBe(before.access_token);
  expect(await eventsOf(world, id)).toContain('connection.refresh');
});

test('refreshing on request does not wait for the end of a pause', async () => {
  const id = await connect(world);
  world.provider.set({ failure: { kind: 'status', status: 503, retryAfter: '600', times: 1 } });
  await leave(world, id, 5);
  await tokenOf(world, id);
  expect((await grantOf(world, id)).consecutiveFailures).toBe(1);
  expect(await refresh(id)).toMatchObject({ __typename: 'Connection' });
  expect((await grantOf(world, id)).consecutiveFailures).toBe(0);
});

test.each([
  ['passes', { kind: 'status', status: 500 }, 'status 500', true],
  ['is refused', { kind: 'error', error: 'invalid_client' }, 'client_secret', false],
] as const)(
  'refreshing on request returns a provider error when the failure %s',
  async (_, failure, words, retryable) => {
    const id = await connect(world);
    world.provider.set({ failure: { ...failure, on: 'refresh_token' } });
    const message = expect.stringContaining(words);
    expect(await refresh(id)).toEqual({ __typename: 'UpstreamError', message, retryable });
  },
);

test('refreshing on request returns a conflict when the grant has ended, at first and later', async () => {
  const id = await connect(world);
  world.provider.set({ failure: { kind: 'error', error: 'invalid_grant', on: 'refresh_token' } });
  const message = expect.stringContaining('has expired');
  expect(await refresh(id)).toEqual({ __typename: 'ConflictError', message });
  expect((await refusalOf(world, id)).status).toBe(409);
  expect(await refresh(id)).toMatchObject({ __typename: 'ConflictError' });
});

test('refreshing on request returns a conflict when there is nothing to refresh', async () => {
  world.provider.set({ refreshToken: 'never' });
  const ids = [
    await prepare(world),
    (await createConnection(world.server)).id,
    await connect(world),
  ];
  for (const id of ids) {
    const message = expect.stringContaining('has no refresh token');
    expect(await refresh(id)).toMatchObject({ __typename: 'ConflictError', message });
  }
});

test('only an editor who can see the connection may refresh it on request', async () => {
  const id = await connect(world);
  world.provider.reset();
  for (const role of ['viewer', 'caller', 'runtime'] as const) {
    const key = await world.server.createKey({ role });
    expect(await refresh(id, key)).toMatchObject({ __typename: 'ForbiddenError' });
  }
  const missing = { __typename: 'NotFoundError' };
  expect(await refresh(id, world.server.stranger.key)).toMatchObject(missing);
  expect(await refresh('nonsense')).toMatchObject(missing);
  await makeSystem(world.server, id);
  expect(await refresh(id)).toMatchObject({ __typename: 'ForbiddenError' });
  expect(world.provider.calls).toHaveLength(0);
});
