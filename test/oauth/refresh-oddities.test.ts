import { expect, test, vi } from 'vitest';
import { grantOf, leave, tokenOf } from '../helpers/grants.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

async function connectWith(switches: Partial<Switches>): Promise<string> {
  world.provider.reset(switches);
  return connect(world);
}

test.each([
  ['"3600"', '3600'],
  ['3600.9', 3600.9],
])('expires_in may be %s', async (_, expiresIn) => {
  const id = await connectWith({ expiresIn });
  expect((await grantOf(world, id)).accessTokenLife).toBe(3600);
});

test.each([
  ['nonsense', 'soon'],
  ['negative', -5],
  ['an object', {}],
  ['endless', 1e300],
])('expires_in may be %s, which counts as absent', async (_, expiresIn) => {
  const id = await connectWith({ expiresIn });
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  await leave(world, id, 0);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
});

test('a token is stored when the database cannot store its scopes', async () => {
  const id = await connectWith({});
  await leave(world, id, 0);
  world.provider.set({ scope: 'read \0evil "quoted"' });
  expect((await tokenOf(world, id)).scopes).toEqual(['read', '"quoted"']);
});

test('a server clock that is an hour ahead changes nothing, because only the database’s clock counts', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const id = await connectWith({ expiresIn: 100 }).finally(() => vi.useRealTimers());
  const { accessTokenExpiresAt } = await grantOf(world, id);
  const attempts = world.server.deps.db.authorizationAttempt;
  const { consumedAt } = await attempts.findFirstOrThrow({ where: { connectionId: id } });
  const life = Number(accessTokenExpiresAt) - Number(consumedAt);
  expect(life).toBeGreaterThanOrEqual(100_000);
  expect(life).toBeLessThan(102_000);
});
