import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteDatabaseError } from '../../src/oauth/refresh/pending-writes.ts';
import { startRefreshWorker } from '../../src/oauth/refresh/refresh-worker.ts';
import { endPause, grantOf, leave, lend, tokenOf } from '../helpers/grants.ts';
import { aroundStatement, controlClock, databaseError } from '../helpers/hooks.ts';
import { statementsOf } from '../helpers/statements.ts';
import { connect, useBeside, useWorld } from '../helpers/world.ts';

/* The worker takes the lease together with its claim, and follows the rules of the lease. */

const world = useWorld('box');
const beside = useBeside(world);
let clock: ReturnType<typeof controlClock>;
beforeEach(() => {
  clock = controlClock();
});
afterEach(() => clock.restore());

const free = { leaseOwner: null, leaseUntil: null, attemptStartedAt: null };

async function connectDue(): Promise<string> {
  const id = await connect(world);
  world.provider.reset();
  await endPause(world, id);
  return id;
}

/** Runs `work` right after the worker's first claim that found a connection. */
function afterClaim(happen: () => unknown): () => void {
  return aroundStatement(world.server.deps, 'claim-due-grants', async (send) => {
    const rows = await send();
    if (rows.length > 0) await happen();
    return rows;
  });
}

const called = () => expect.poll(() => world.provider.calls.length, { interval: 5 });
const refreshed = (id: string) =>
  expect.poll(async () => (await grantOf(world, id)).tokenVersion).toBe(2);

test('a refresh by the worker takes two statements, the claim and the write of the token', async () => {
  const id = await connectDue();
  const statements = await statementsOf(async () => {
    const worker = startRefreshWorker(world.server.deps);
    await called().toBe(1);
    await refreshed(id);
    await worker.stop();
  });
  const isOurs = (text: string) =>
    /lease_owner|connection_secret/.test(text) && !/"public"/.test(text);
  expect([...new Set(statements.filter(isOurs))]).toEqual([
    expect.stringContaining('WITH due AS'),
    expect.stringContaining('stored AS'),
  ]);
  expect(await grantOf(world, id)).toMatchObject(free);
});

test('a read during the worker’s refresh waits for its token, on every process', async () => {
  const id = await connectDue();
  await leave(world, id, -5);
  const before = await grantOf(world, id);
  const restore = afterClaim(() => wait(150));
  const worker = startRefreshWorker(world.server.deps);
  await expect.poll(async () => (await grantOf(world, id)).leaseOwner).not.toBe(null);
  const read = await Promise.all([world, beside].map((one) => tokenOf(one, id)));
  await worker.stop();
  restore();
  const newest = world.provider.issued.at(-1)?.accessToken;
  expect(read.map(({ access_token }) => access_token)).toEqual([newest, newest]);
  expect(world.provider.calls).toHaveLength(1);
  expect((await grantOf(world, id)).tokenVersion).toBe(before.tokenVersion + 1);
});

test.each([
  [15_001, 0],
  [14_000, 1],
])(
  'after a delay of %i ms since the claim, the provider is called %i times',
  async (held, calls) => {
    const id = await connectDue();
    const restore = afterClaim(() => clock.putForward(held));
    const worker = startRefreshWorker(world.server.deps);
    await expect
      .poll(async () => (await grantOf(world, id)).nextRefreshAt)
      .not.toEqual(new Date(0));
    await expect.poll(() => grantOf(world, id)).toMatchObject(free);
    await worker.stop();
    restore();
    expect(world.provider.calls).toHaveLength(calls);
  },
);

test('stopping the worker gives its claims back without a refresh', async () => {
  const id = await connectDue();
  let worker: ReturnType<typeof startRefreshWorker> | undefined;
  const restore = afterClaim(() => void worker?.stop());
  worker = startRefreshWorker(world.server.deps);
  await expect.poll(async () => (await grantOf(world, id)).nextRefreshAt).not.toEqual(new Date(0));
  await expect.poll(() => grantOf(world, id)).toMatchObject({ ...free, tokenVersion: 1 });
  await worker.stop();
  restore();
  expect(world.provider.calls).toHaveLength(0);
});

test('the worker releases the lease of tokens that cannot be decrypted, and continues', async () => {
  const [damaged, whole] = [await connectDue(), await connectDue()];
  const data = { tokens: Buffer.from('damaged') };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: damaged }, data });
  const worker = startRefreshWorker(world.server.deps);
  await refreshed(whole);
  await expect.poll(() => grantOf(world, damaged)).toMatchObject({ ...free, tokenVersion: 1 });
  await worker.stop();
  expect(world.provider.calls).toHaveLength(1);
});

test('the worker claims a lease that ran out, but not within 5 s of a database error', async () => {
  const id = await connectDue();
  await lend(world, id, -1);
  noteDatabaseError(world.server.deps, databaseError());
  const worker = startRefreshWorker(world.server.deps);
  await wait(2_000);
  expect(world.provider.calls).toHaveLength(0);
  clock.putForward(5_000);
  await refreshed(id);
  await worker.stop();
});

test('an earlier attempt with an unknown result stays recorded when the claim is given back', async () => {
  const id = await connectDue();
  const data = { attemptStartedAt: new Date(1) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  const restore = afterClaim(() => clock.putForward(15_001));
  const worker = startRefreshWorker(world.server.deps);
  await expect.poll(async () => (await grantOf(world, id)).nextRefreshAt).not.toEqual(new Date(0));
  await expect.poll(async () => (await grantOf(world, id)).leaseOwner).toBe(null);
  await worker.stop();
  restore();
  expect(await grantOf(world, id)).toMatchObject(data);
});
