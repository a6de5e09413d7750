import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startWorkers } from '../../src/edge/server/workers.ts';
import { startRefreshWorker } from '../../src/oauth/refresh/refresh-worker.ts';
import { connectMany } from '../helpers/connect-many.ts';
import { endPause, grantOf } from '../helpers/grants.ts';
import { connect, useBeside, useWorld } from '../helpers/world.ts';

const world = useWorld('box');
const beside = useBeside(world);

const versionOf = async (id: string) => (await grantOf(world, id)).tokenVersion;

async function withWorker(work: () => Promise<void>, worlds = [world]): Promise<void> {
  const workers = worlds.map(({ server }) => startRefreshWorker(server.deps));
  await work().finally(() => Promise.all(workers.map((worker) => worker.stop())));
}

test('the worker refreshes a due token without a read, and schedules the next after 70 to 80 % of its life', async () => {
  const id = await connect(world);
  const idle = await connect(world);
  await endPause(world, id);
  await withWorker(() => expect.poll(() => versionOf(id), { timeout: 5_000 }).toBe(2));
  const { nextRefreshAt, accessTokenLife, lastRefreshedAt } = await grantOf(world, id);
  const due = (Number(nextRefreshAt) - Number(lastRefreshedAt)) / 1000 / (accessTokenLife ?? 0);
  expect(due).toBeGreaterThanOrEqual(0.7 - 0.001);
  expect(due).toBeLessThanOrEqual(0.8);
  expect(await versionOf(idle)).toBe(1);
  const where = { connectionId: id, action: 'connection.refresh' };
  const event = await world.server.deps.db.auditEvent.findFirstOrThrow({ where });
  expect(event).toMatchObject({ actor: 'server', ip: null, requestId: 'refresh-worker' });
});

test('two processes share the work and refresh no token twice', async () => {
  const ids = await connectMany(world, 12);
  world.provider.reset({ delay: { ms: 150, when: 'after' } });
  for (const id of ids) await endPause(world, id);
  const all = async () => new Set(await Promise.all(ids.map(versionOf)));
  await withWorker(
    () => expect.poll(all, { timeout: 8_000 }).toEqual(new Set([2])),
    [world, beside],
  );
  expect(world.provider.counts).toMatchObject({ refreshes: 12, reuses: 0 });
});

test('a connection that was unused for 30 days is refreshed a week later', async () => {
  const [unused, forgotten, used] = [
    await connect(world),
    await connect(world),
    await connect(world),
  ];
  const { connection, oauthGrant } = world.server.deps.db;
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (const id of [unused, forgotten, used]) {
    await connection.update({ where: { id }, data: { createdAt: ago(90), lastUsedAt: ago(31) } });
    const nextRefreshAt = ago(id === forgotten ? 7.1 : 6.9);
    await oauthGrant.update({ where: { connectionId: id }, data: { nextRefreshAt } });
  }
  await connection.update({ where: { id: used }, data: { lastUsedAt: ago(29) } });
  await withWorker(async () => {
    await expect.poll(() => versionOf(used), { timeout: 5_000 }).toBe(2);
    await expect.poll(() => versionOf(forgotten), { timeout: 5_000 }).toBe(2);
    await wait(1_700);
  });
  expect(await versionOf(unused)).toBe(1);
});

test('the worker skips expired, incomplete and leased connections', async () => {
  const ids = [await connect(world), await connect(world), await connect(world)];
  const [expired = '', incomplete = '', leased = ''] = ids;
  const { connection, oauthGrant } = world.server.deps.db;
  await connection.update({ where: { id: expired }, data: { status: 'expired' } });
  await connection.update({ where: { id: incomplete }, data: { status: 'incomplete' } });
  const data = { leaseOwner: 'another', leaseUntil: new Date(Date.now() + 30_000) };
  await oauthGrant.update({ where: { connectionId: leased }, data });
  world.provider.reset();
  for (const id of ids) await endPause(world, id);
  await withWorker(() => wait(1_700));
  expect(world.provider.calls).toEqual([]);
});

test('stopping the worker finishes the running refreshes and begins none', async () => {
  const id = await connect(world);
  const later = await connect(world);
  world.provider.reset({ delay: { ms: 600, when: 'after' } });
  await endPause(world, id);
  const workers = startWorkers(beside.server.deps);
  await expect.poll(() => world.provider.calls.length, { timeout: 5_000, interval: 5 }).toBe(1);
  const stopped = workers.stop(performance.now() + 5_000);
  await endPause(world, later);
  await stopped;
  expect(await versionOf(id)).toBe(2);
  await wait(1_700);
  expect(await versionOf(later)).toBe(1);
});
