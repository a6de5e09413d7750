import { expect, test } from 'vitest';
import { pendingCount } from '../../src/oauth/refresh/pending-writes.ts';
import { eventsOf, grantOf, leave, tokenOf } from '../helpers/grants.ts';
import { aroundStatement, databaseError } from '../helpers/hooks.ts';
import { connect, useBeside, useWorld, type World } from '../helpers/world.ts';

const world = useWorld('generic');
const beside = useBeside(world);

async function connectDue(): Promise<string> {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset();
  return id;
}

test.each(['ECONNRESET', '57P01', '53100', '25006', '40P01', 'XX000'])(
  'the new token is written again until it is committed when the database fails with %s',
  async (code) => {
    const id = await connectDue();
    let failures = 0;
    const restore = aroundStatement(world.server.deps, 'store-refreshed-tokens', async (send) => {
      if (failures >= 4) return send();
      failures += 1;
      throw databaseError(code);
    });
    const tokens = await Promise.all([1, 2, 3].map(() => tokenOf(world, id)));
    restore();
    expect(failures).toBe(4);
    const newest = world.provider.issued.at(-1)?.accessToken;
    expect(new Set(tokens.map(({ access_token }) => access_token))).toEqual(new Set([newest]));
    expect(world.provider.counts).toMatchObject({ refreshes: 1, reuses: 0 });
    expect(pendingCount(world.server.deps)).toBe(0);
    await leave(world, id, -5);
    await tokenOf(world, id);
    expect(world.provider.counts).toMatchObject({ refreshes: 2, revocations: 0 });
  },
);

test('no process returns a token while the new token is not committed', async () => {
  const id = await connectDue();
  let isAway = true;
  const restore = aroundStatement(world.server.deps, 'store-refreshed-tokens', async (send) => {
    if (isAway) throw databaseError();
    return send();
  });
  let answered = 0;
  const read = (one: World) => tokenOf(one, id).finally(() => answered++);
  const reads = [read(world), read(world)];
  await expect.poll(() => pendingCount(world.server.deps)).toBe(1);
  reads.push(read(beside));
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(answered).toBe(0);
  isAway = false;
  const tokens = await Promise.all(reads);
  restore();
  expect(new Set(tokens.map(({ access_token }) => access_token)).size).toBe(1);
  expect(world.provider.counts).toMatchObject({ refreshes: 1, reuses: 0 });
});

test('a commit whose response was lost is not repeated', async () => {
  const id = await connectDue();
  let isFirst = true;
  const restore = aroundStatement(world.server.deps, 'store-refreshed-tokens', async (send) => {
    const rows = await send();
    if (!isFirst) return rows;
    isFirst = false;
    throw databaseError();
  });
  const { access_token } = await tokenOf(world, id);
  restore();
  expect(access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  expect((await grantOf(world, id)).tokenVersion).toBe(2);
  const events = await eventsOf(world, id);
  expect(events.filter((action) => action === 'connection.refresh')).toHaveLength(1);
});

test('a new token is sealed with the current data key when its key is retired while the provider answers', async () => {
  const id = await connectDue();
  const before = await grantOf(world, id);
  world.provider.set({ delay: { ms: 300, when: 'after' } });
  const read = tokenOf(world, id);
  await expect.poll(() => world.provider.counts.refreshes, { interval: 5 }).toBe(1);
  const where = { projectId: world.server.home.projectId };
  await world.server.deps.db.dataKey.updateMany({ where, data: { status: 'retired' } });
  expect((await read).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  const after = await grantOf(world, id);
  expect(after.tokensDataKeyId).not.toBe(before.tokensDataKeyId);
  const key = await world.server.deps.db.dataKey.findUniqueOrThrow({
    where: { id: after.tokensDataKeyId ?? '' },
  });
  expect(key.status).toBe('active');
});
