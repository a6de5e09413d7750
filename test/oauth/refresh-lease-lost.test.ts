import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchConfig } from '../helpers/connections.ts';
import { eventsOf, grantOf, leave, lend, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { aroundStatement, controlClock } from '../helpers/hooks.ts';
import type { Failure } from '../helpers/providers/oauth-provider.switches.ts';
import { connect, consent, useBeside, useWorld } from '../helpers/world.ts';

const world = useWorld('box');
const beside = useBeside(world);

/** Makes a connection due for a refresh, and resets the provider. */
async function connectDue(): Promise<string> {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset();
  return id;
}

const called = () => expect.poll(() => world.provider.calls.length, { interval: 5 });

test('a new token is stored although the lease ended or was taken over while the provider answered', async () => {
  for (const seconds of [-1, 30]) {
    const id = await connectDue();
    world.provider.set({ delay: { ms: 300, when: 'after' } });
    const read = tokenOf(world, id);
    await called().toBe(1);
    await lend(world, id, seconds);
    expect((await read).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
    expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, leaseOwner: null });
  }
});

test('a new token makes the connection active again when the process that took the lease over got invalid_grant', async () => {
  const id = await connectDue();
  world.provider.set({ delay: { ms: 1_000, when: 'after' } });
  const read = tokenOf(world, id);
  await called().toBe(1);
  world.provider.set({ delay: null });
  await lend(world, id, -1);
  expect((await refusalOf(beside, id)).status).toBe(409);
  expect(await statusOf(world, id)).toBe('expired');
  expect((await read).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  expect(await statusOf(world, id)).toBe('active');
  expect((await tokenOf(beside, id)).access_token).toBe((await read).access_token);
});

/** One failure of each kind. */
const failures: [string, Failure][] = [
  ['ended', { kind: 'error', error: 'invalid_grant' }],
  ['refused', { kind: 'error', error: 'invalid_client' }],
  ['unclear', { kind: 'error', error: 'strange_error' }],
  ['passing', { kind: 'status', status: 500 }],
];

/** Stores the next generation of tokens, as another process does. */
async function storeNext(id: string): Promise<void> {
  const text = `UPDATE oauth_grant SET token_version = token_version + 1, lease_owner = NULL, lease_until = NULL,
    access_token_expires_at = now() + interval '1 hour' WHERE connection_id = $1::uuid`;
  await world.server.database.sql('test-store-next', text, [id]);
}

test.each(failures)(
  'a failure after the lease was lost changes nothing: %s',
  async (_, failure) => {
    const id = await connectDue();
    const clock = controlClock();
    onTestFinished(clock.restore);
    world.provider.set({ failure, delay: { ms: 300, when: 'before' } });
    const read = fetchConfig(world.server, id);
    await called().toBe(1);
    await lend(world, id, 30);
    await wait(600); // by then the call has failed, and waits for the new holder of the lease
    clock.putForward(12_000);
    await read;
    expect(await statusOf(world, id)).toBe('active');
    const untouched = { leaseOwner: 'another', consecutiveFailures: 0, lastRefreshError: null };
    expect(await grantOf(world, id)).toMatchObject(untouched);
    expect(await eventsOf(world, id)).not.toContain('connection.expire');
  },
);

describe.each(failures)('a caller whose own refresh failed (%s) gets the token', (_, failure) => {
  test('that another process stored before the failure', async () => {
    const id = await connectDue();
    world.provider.set({ failure, delay: { ms: 300, when: 'before' } });
    const read = fetchConfig(world.server, id);
    await called().toBe(1);
    await storeNext(id);
    expect((await read).status).toBe(200);
    const untouched = { tokenVersion: 2, consecutiveFailures: 0, lastRefreshError: null };
    expect(await grantOf(world, id)).toMatchObject(untouched);
  });

  test('that the new holder of the lease stores after the failure', async () => {
    const id = await connectDue();
    world.provider.set({ failure, delay: { ms: 100, when: 'before' } });
    const read = fetchConfig(world.server, id);
    await called().toBe(1);
    await lend(world, id, 30);
    await wait(400);
    await storeNext(id);
    expect((await read).status).toBe(200);
    expect(world.provider.calls).toHaveLength(1);
  });
});

test.each(failures)(
  'refreshConnection does not report success when its refresh failed (%s) and another process has the lease',
  async (_, failure) => {
    const id = await connectDue();
    world.provider.set({ failure, delay: { ms: 300, when: 'before' } });
    const document = `mutation($id: ID!) { refreshConnection(input: { id: $id }) { __typename
      ... on UpstreamError { retryable } } }`;
    const refresh = () => world.server.graphql<{ refreshConnection: object }>(document, { id });
    const running = refresh();
    await called().toBe(1);
    await lend(world, id, 30);
    const refused = { __typename: 'UpstreamError', retryable: true };
    expect((await running).data?.refreshConnection).toEqual(refused);
  },
);

test('a consent that comes before a connection without a refresh token expires wins', async () => {
  const id = await connectDue();
  const data = { refreshable: false };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  let isDone = false;
  const restore = aroundStatement(world.server.deps, 'expire-grant', async (send) => {
    if (!isDone) expect((await consent(world, id)).status).toBe(200);
    isDone = true;
    return send();
  });
  onTestFinished(restore);
  expect((await tokenOf(world, id)).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  expect([isDone, await statusOf(world, id)]).toEqual([true, 'active']);
});

test('concurrent reads that expire a connection without a refresh token all return 409', async () => {
  const id = await connectDue();
  const data = { refreshable: false };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  let others: Awaited<ReturnType<typeof refusalOf>> | undefined;
  const restore = aroundStatement(world.server.deps, 'expire-grant', async (send) => {
    others ??= await refusalOf(beside, id);
    return send();
  });
  onTestFinished(restore);
  expect((await refusalOf(world, id)).status).toBe(409);
  expect(others?.status).toBe(409);
});
