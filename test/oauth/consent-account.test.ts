import { expect, test } from 'vitest';
import { eventsOf, grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { presets } from '../helpers/providers/oauth-provider.presets.ts';
import { connect, consent, useWorld } from '../helpers/world.ts';

const world = useWorld('google');

const another = { status: 400, text: expect.stringContaining('belongs to another account') };

test('a consent by another account than the first is refused and changes nothing', async () => {
  const id = await connect(world);
  const [before, token] = [await grantOf(world, id), await tokenOf(world, id)];
  const events = await eventsOf(world, id);
  world.provider.set({ consent: 'B' });
  expect(await consent(world, id)).toMatchObject(another);
  expect(await grantOf(world, id)).toEqual(before);
  expect(await tokenOf(world, id)).toEqual(token);
  expect((await eventsOf(world, id)).slice(events.length)).not.toContain('connection.callback');
});

test('a consent by another account does not revive an expired connection', async () => {
  const id = await connect(world);
  await leave(world, id, -1);
  world.provider.set({ failure: { kind: 'error', error: 'invalid_grant', on: 'refresh_token' } });
  await refusalOf(world, id);
  world.provider.set({ failure: null, consent: 'B' });
  expect(await consent(world, id)).toMatchObject(another);
  expect(await statusOf(world, id)).toBe('expired');
  world.provider.set({ consent: 'A' });
  expect((await consent(world, id)).status).toBe(200);
  expect(await statusOf(world, id)).toBe('active');
});

test('the first account stays known after refreshes and responses that do not name an account', async () => {
  const id = await connect(world);
  await leave(world, id, -1);
  await tokenOf(world, id);
  world.provider.set({ account: 'none' });
  expect((await consent(world, id)).status).toBe(200);
  world.provider.set({ account: presets.google.account, consent: 'B' });
  expect(await consent(world, id)).toMatchObject(another);
});

test.each(['dropbox', 'notion'] as const)(
  'a consent by another account of %s is refused',
  async (name) => {
    world.provider.set({ account: presets[name].account });
    const id = await connect(world);
    world.provider.set({ consent: 'B' });
    expect(await consent(world, id)).toMatchObject(another);
    world.provider.set({ consent: 'A' });
    expect((await consent(world, id)).status).toBe(200);
  },
);

test('a consent by any account is accepted when the provider does not say who consents', async () => {
  world.provider.set({ account: 'none' });
  const id = await connect(world);
  world.provider.set({ consent: 'B' });
  expect((await consent(world, id)).status).toBe(200);
  expect(world.provider.findAccount((await tokenOf(world, id)).access_token)).toBe('B');
});
