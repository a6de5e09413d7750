import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { fetchConfig } from '../helpers/connections.ts';
import { eventsOf, grantOf, leave, lend, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { controlClock } from '../helpers/hooks.ts';
import { connect, useBeside, useWorld } from '../helpers/world.ts';

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

test.each([
  { kind: 'error', error: 'invalid_grant' } as const,
  { kind: 'status', status: 500 } as const,
])('a failure after the lease was lost changes nothing: %o', async (failure) => {
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
});
