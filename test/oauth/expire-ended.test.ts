import { expect, test } from 'vitest';
import { expireEnded } from '../../src/oauth/refresh/refresh-worker.ts';
import { eventsOf, grantOf, leave, refusalOf, statusOf } from '../helpers/grants.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('box', { switches: { refreshToken: 'never' } });

test('a connection expires without a read when its token ended and cannot be refreshed', async () => {
  const [ended, alive] = [await connect(world), await connect(world)];
  world.provider.set({ refreshToken: 'always' });
  const refreshable = await connect(world);
  for (const id of [ended, refreshable]) await leave(world, id, -1);
  await expireEnded(world.server.deps);
  await expireEnded(world.server.deps); // a second run records no second event
  expect(await statusOf(world, ended)).toBe('expired');
  expect(await statusOf(world, alive)).toBe('active');
  expect(await statusOf(world, refreshable)).toBe('active');
  const events = await eventsOf(world, ended);
  expect(events.filter((action) => action === 'connection.expire')).toHaveLength(1);
  expect((await grantOf(world, ended)).lastRefreshError).toContain('gave no refresh token');
  expect((await refusalOf(world, ended)).status).toBe(409);
});
