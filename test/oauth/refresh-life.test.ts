import { expect, test } from 'vitest';
import { eventsOf, grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

async function connectWith(switches: Partial<Switches>): Promise<string> {
  world.provider.reset(switches);
  return connect(world);
}

test.each([
  ['an hour', 3600, 62, 58],
  ['10 minutes', 600, 62, 58],
  ['100 seconds', 100, 12, 8],
  ['20 seconds', 20, 4, 1.5],
])(
  'a token of %s is refreshed when less than a minute, or a tenth, is left',
  async (_, expiresIn, fresh, due) => {
    const id = await connectWith({ expiresIn });
    const first = await tokenOf(world, id);
    await leave(world, id, fresh);
    expect((await tokenOf(world, id)).access_token).toBe(first.access_token);
    expect(world.provider.counts.refreshes).toBe(0);
    await leave(world, id, due);
    expect((await tokenOf(world, id)).access_token).not.toBe(first.access_token);
    expect(world.provider.counts.refreshes).toBe(1);
  },
);

test('a rotated refresh token is stored and used by the next refresh', async () => {
  const id = await connectWith({ rotation: 'revoke_family' });
  for (let round = 1; round <= 4; round += 1) {
    await leave(world, id, 0);
    await tokenOf(world, id);
    expect(world.provider.counts).toMatchObject({ refreshes: round, reuses: 0 });
  }
});

test('a response without a refresh token keeps the old refresh token', async () => {
  const id = await connectWith({ rotation: 'off', refreshToken: 'first' });
  for (let round = 1; round <= 3; round += 1) {
    await leave(world, id, 0);
    await tokenOf(world, id);
    expect(world.provider.counts.refreshes).toBe(round);
  }
  expect(await grantOf(world, id)).toMatchObject({ refreshable: true });
});

test('a token without expires_in lives an hour when there is a refresh token', async () => {
  const id = await connectWith({ expiresIn: null });
  const { expires_at } = await tokenOf(world, id);
  const left = Date.parse(expires_at) - Date.now();
  expect(left).toBeGreaterThan(3_590_000);
  expect(left).toBeLessThan(3_601_000);
  await leave(world, id, 0);
  await tokenOf(world, id);
  expect((await grantOf(world, id)).accessTokenLife).toBe(3600);
});

test('a token without expires_in and without a refresh token does not end', async () => {
  const id = await connectWith({ expiresIn: null, refreshToken: 'never' });
  expect((await tokenOf(world, id)).expires_at).toBeNull();
  expect(await grantOf(world, id)).toMatchObject({ nextRefreshAt: null, refreshable: false });
});

test('a connection without a refresh token expires when its token ended, and says what to do', async () => {
  const id = await connectWith({ refreshToken: 'never' });
  await leave(world, id, 1);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  await leave(world, id, 0);
  for (const _ of ['at once', 'and from then on']) {
    expect(await refusalOf(world, id)).toEqual({
      status: 409,
      message:
        'The connection has expired: The access token ended, and the provider gave no refresh token. Authorize it again.',
    });
  }
  expect(await statusOf(world, id)).toBe('expired');
  expect((await eventsOf(world, id)).filter((one) => one === 'connection.expire')).toHaveLength(1);
  expect(world.provider.counts.refreshes).toBe(0);
});
