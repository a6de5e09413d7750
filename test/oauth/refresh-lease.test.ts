import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteDatabaseError } from '../../src/oauth/refresh/pending-writes.ts';
import { fetchConfig } from '../helpers/connections.ts';
import { grantOf, leave, lend, tokenOf } from '../helpers/grants.ts';
import { aroundStatement, controlClock, databaseError } from '../helpers/hooks.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('box');
let clock: ReturnType<typeof controlClock>;
beforeEach(() => {
  clock = controlClock();
});
afterEach(() => clock.restore());

/** Makes a connection due for a refresh, and resets the provider. */
async function connectDue(secondsLeft = -5): Promise<string> {
  const id = await connect(world);
  await leave(world, id, secondsLeft);
  world.provider.reset();
  return id;
}

test('a read waits for a held lease and returns the token that its holder stored', async () => {
  const id = await connectDue();
  await lend(world, id, 30);
  const read = tokenOf(world, id);
  const text = `UPDATE oauth_grant SET token_version = token_version + 1, lease_owner = NULL,
    lease_until = NULL, access_token_expires_at = now() + interval '1 hour' WHERE connection_id = $1::uuid`;
  await new Promise((resolve) => setTimeout(resolve, 350));
  await world.server.database.sql('test-finish', text, [id]);
  expect(Date.parse((await read).expires_at) - Date.now()).toBeGreaterThan(3_500_000);
  expect(world.provider.calls).toHaveLength(0);
});

test('a read refreshes the token that the holder of the lease stored when that token has ended', async () => {
  const id = await connectDue();
  await lend(world, id, 30);
  const read = tokenOf(world, id);
  const text = `UPDATE oauth_grant SET token_version = token_version + 1, lease_owner = NULL,
    lease_until = NULL WHERE connection_id = $1::uuid`;
  await new Promise((resolve) => setTimeout(resolve, 350));
  await world.server.database.sql('test-finish-late', text, [id]);
  expect((await read).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  expect(world.provider.calls).toHaveLength(1);
  expect((await grantOf(world, id)).tokenVersion).toBe(3);
});

test('a read waits for a held lease for at most 12 s', async () => {
  const id = await connectDue();
  await lend(world, id, 30);
  const read = fetchConfig(world.server, id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  clock.putForward(12_000);
  expect((await read).status).toBe(502);
  expect(world.provider.calls).toHaveLength(0);
  expect((await grantOf(world, id)).leaseOwner).toBe('another');
});

test('a lease that ran out is taken over, and the connection survives when the provider had not rotated', async () => {
  const id = await connectDue();
  await lend(world, id, -1);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, leaseOwner: null });
});

test('a lease that ran out is not taken over within 5 s of a database error, because its holder may have the newest token', async () => {
  const id = await connectDue();
  await lend(world, id, -1);
  noteDatabaseError(world.server.deps, databaseError());
  const read = tokenOf(world, id);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(world.provider.calls).toHaveLength(0);
  clock.putForward(5_000);
  await read;
  expect(world.provider.counts.refreshes).toBe(1);
});

test.each([
  [15_001, 0],
  [14_000, 1],
])(
  'after a delay of %i ms with the lease, the provider is called %i times',
  async (held, calls) => {
    const id = await connectDue(5);
    const restore = aroundStatement(world.server.deps, 'take-refresh-leases', async (send) => {
      const rows = await send();
      clock.putForward(held);
      return rows;
    });
    await tokenOf(world, id);
    restore();
    expect(world.provider.calls).toHaveLength(calls);
    const { leaseOwner, attemptStartedAt } = await grantOf(world, id);
    expect([leaseOwner, attemptStartedAt]).toEqual([null, null]);
  },
);
