import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startRefreshWorker } from '../../src/oauth/refresh/refresh-worker.ts';
import { connectMany } from '../helpers/connect-many.ts';
import { endPause } from '../helpers/grants.ts';
import { aroundStatement, controlClock } from '../helpers/hooks.ts';
import { type OAuthProvider, startOAuthProvider } from '../helpers/providers/oauth-provider.ts';
import { seedProject } from '../helpers/seed.ts';
import { connect, useWorld, type World } from '../helpers/world.ts';

/* Two hosts and two projects: one host is slow or broken, and must not delay the other. */

const world = useWorld('box', { env: { OUTBOUND_ALLOW: '127.0.0.1' } });
let other: World;
let otherProvider: OAuthProvider;
let otherProject: string;
let many: string[];

beforeAll(async () => {
  otherProvider = await startOAuthProvider();
  other = { server: world.server, provider: otherProvider, name: 'generic' };
  otherProject = await seedProject(world.server.deps.db, world.server.home.organizationId);
  many = await connectMany(world, 22);
});
const tokenVersion = async (connectionId: string) => {
  const where = { connectionId };
  return (await world.server.deps.db.oauthGrant.findUniqueOrThrow({ where })).tokenVersion;
};
afterEach(() => {
  otherProvider.reset();
});
afterAll(async () => {
  await otherProvider.stop();
});

test('a slow host or a busy project takes at most a quarter of the slots', async () => {
  const here = await connect(other);
  const there = await connect(other, { project_id: otherProject });
  world.provider.reset({ delay: { ms: 2_500, when: 'before' } });
  otherProvider.reset();
  for (const id of many) await endPause(world, id);
  const worker = startRefreshWorker(world.server.deps);
  await expect.poll(() => world.provider.calls.length, { timeout: 5_000 }).toBe(16);
  for (const id of [here, there]) await endPause(other, id);
  await expect.poll(() => otherProvider.counts.refreshes, { timeout: 2_000 }).toBe(1);
  expect(world.provider.calls).toHaveLength(16);
  // The provider counts an answer before it is stored here.
  await expect.poll(() => tokenVersion(there), { timeout: 1_000 }).toBe(2);
  world.provider.set({ delay: null });
  await expect.poll(() => world.provider.counts.refreshes, { timeout: 8_000 }).toBe(22);
  await expect.poll(() => otherProvider.counts.refreshes, { timeout: 5_000 }).toBe(2);
  await worker.stop();
});

test('a host that fails repeatedly is not called for a while, and other hosts are', async () => {
  const clock = controlClock();
  const there = await connect(other, { project_id: otherProject });
  // All are asked for before the first has failed.
  const delay = { ms: 500, when: 'before' } as const;
  world.provider.reset({ delay, failure: { kind: 'status', status: 500 } });
  otherProvider.reset();
  const due = many.slice(0, 6);
  for (const id of due) await endPause(world, id);
  const worker = startRefreshWorker(world.server.deps);
  const called = () => expect.poll(() => world.provider.calls.length, { timeout: 5_000 });
  await called().toBe(6);
  await wait(700);
  for (const id of due) await endPause(world, id);
  await endPause(other, there);
  await expect.poll(() => otherProvider.counts.refreshes, { timeout: 5_000 }).toBe(1);
  await wait(1_700);
  expect(world.provider.calls).toHaveLength(6);
  world.provider.set({ failure: null });
  clock.putForward(61_000);
  await expect.poll(() => world.provider.counts.refreshes, { timeout: 5_000 }).toBe(6);
  await worker.stop();
  clock.restore();
});

test('the worker does not search for other hosts at every turn when there is one host', async () => {
  const claims: { sent: number; answered: number; found: number }[] = [];
  const restore = aroundStatement(world.server.deps, 'claim-due-grants', async (send) => {
    const sent = performance.now();
    const rows = await send();
    claims.push({ sent, answered: performance.now(), found: rows.length });
    return rows;
  });
  many.push(...(await connectMany(world, 20)));
  world.provider.reset({ delay: { ms: 100, when: 'before' } });
  for (const id of many) await endPause(world, id);
  const begun = performance.now();
  const worker = startRefreshWorker(world.server.deps);
  await expect.poll(() => world.provider.counts.refreshes, { timeout: 5_000 }).toBe(42);
  await worker.stop();
  restore();
  const seconds = (performance.now() - begun) / 1_000;
  const inVain = claims.filter(({ sent, found }, at) => {
    const before = claims[at - 1];
    return before !== undefined && before.found > 0 && found === 0 && sent - before.answered < 20;
  });
  expect(inVain.length).toBeGreaterThan(0);
  expect(inVain.length).toBeLessThanOrEqual(Math.ceil(seconds));
});
