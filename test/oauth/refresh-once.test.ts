import { expect, test } from 'vitest';
import { connectMany } from '../helpers/connect-many.ts';
import { fetchConfig } from '../helpers/connections.ts';
import { eventsOf, grantOf, leave, tokenOf } from '../helpers/grants.ts';
import { statementsOf } from '../helpers/statements.ts';
import { connect, useBeside, useWorld, type World } from '../helpers/world.ts';

const world = useWorld('generic');
const beside = useBeside(world);

/** Reads the token `count` times at once, spread over the servers. */
async function readTogether(id: string, count: number, worlds: World[]): Promise<string[]> {
  const reads = Array.from({ length: count }, (_, index) =>
    tokenOf(worlds[index % worlds.length] ?? world, id),
  );
  return (await Promise.all(reads)).map(({ access_token }) => access_token);
}

test('100 callers of one server cause one refresh and get the same token', async () => {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset({ delay: { ms: 300, when: 'after' } });
  const tokens = await readTogether(id, 100, [world]);
  expect(new Set(tokens)).toEqual(new Set([world.provider.issued.at(-1)?.accessToken]));
  expect(world.provider.counts).toMatchObject({ refreshes: 1, reuses: 0, revocations: 0 });
  const events = await eventsOf(world, id);
  expect(events.filter((action) => action === 'connection.refresh')).toHaveLength(1);
});

test('a refresh on read reads the grant once and returns what it stored', async () => {
  const id = await connect(world);
  await tokenOf(world, id); // the keys of the caller and of the project are known from now on
  await leave(world, id, -5);
  const read: Awaited<ReturnType<typeof tokenOf>>[] = [];
  const statements = await statementsOf(async () => {
    read.push(await tokenOf(world, id));
  });
  const isOfGrant = (text: string) => text.includes('oauth_grant');
  expect(statements.filter(isOfGrant)).toEqual([
    expect.stringContaining('LEFT JOIN oauth_grant'), // authorizes and reads
    expect.stringContaining('lease_owner = free.owner'),
    expect.stringContaining('last_refreshed_at = now()'),
  ]);
  expect(read).toEqual([await tokenOf(world, id)]);
});

test('100 callers of two servers on one database cause one refresh in every round and get the same token', async () => {
  const id = await connect(world);
  world.provider.reset({ delay: { ms: 200, when: 'after' } });
  for (let round = 1; round <= 8; round += 1) {
    await leave(world, id, -5);
    const tokens = await readTogether(id, 100, [world, beside]);
    expect(new Set(tokens)).toEqual(new Set([world.provider.issued.at(-1)?.accessToken]));
    expect(world.provider.counts).toMatchObject({ refreshes: round, reuses: 0, revocations: 0 });
  }
  const { leaseOwner, leaseUntil, attemptStartedAt, tokenVersion } = await grantOf(world, id);
  expect([leaseOwner, leaseUntil, attemptStartedAt, tokenVersion]).toEqual([null, null, null, 9]);
});

test('concurrent reads of many connections refresh each connection once', async () => {
  const ids = await connectMany(world, 10);
  for (const id of ids) await leave(world, id, -5);
  world.provider.reset({ delay: { ms: 100, when: 'after' } });
  const reads = ids.flatMap((id) => [world, beside, world].map((one) => tokenOf(one, id)));
  const tokens = (await Promise.all(reads)).map(({ access_token }) => access_token);
  expect(new Set(tokens).size).toBe(10);
  expect(world.provider.counts).toMatchObject({ refreshes: 10, reuses: 0 });
});

test('a caller who disconnects does not cancel the refresh for the others', async () => {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset({ delay: { ms: 500, when: 'after' } });
  const abort = new AbortController();
  const gone = fetch(`${world.server.url}/v1/connections/${id}/credentials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.server.adminKey}` },
    signal: abort.signal,
  });
  await expect.poll(() => world.provider.counts.refreshes, { interval: 5 }).toBe(1);
  const stays = fetchConfig(world.server, id);
  abort.abort();
  await expect(gone).rejects.toThrow(/abort/);
  expect((await stays).status).toBe(200);
  expect(world.provider.counts).toMatchObject({ refreshes: 1, reuses: 0 });
});

test('the new token is stored when all callers disconnect', async () => {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset({ delay: { ms: 300, when: 'after' } });
  const abort = new AbortController();
  const gone = fetch(`${world.server.url}/v1/connections/${id}/credentials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.server.adminKey}` },
    signal: abort.signal,
  });
  await expect.poll(() => world.provider.counts.refreshes, { interval: 5 }).toBe(1);
  abort.abort();
  await expect(gone).rejects.toThrow(/abort/);
  await expect.poll(async () => (await grantOf(world, id)).tokenVersion).toBe(2);
  const { access_token } = await tokenOf(world, id);
  expect(world.provider.findAccount(access_token)).toBe('A');
  expect(world.provider.counts.refreshes).toBe(1);
});
