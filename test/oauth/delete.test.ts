import { expect, test } from 'vitest';
import { tokenOf } from '../helpers/grants.ts';
import type { Answer } from '../helpers/http.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { closeWorld, connect, openWorld, prepare, useWorld, type World } from '../helpers/world.ts';

const world = useWorld('google');

function remove(id: string, { server }: World = world): Promise<Answer> {
  return server.rest('DELETE', `/v1/connections/${id}`);
}

test('deleting a connection revokes its refresh token at the provider, which ends the whole consent', async () => {
  const id = await connect(world);
  const { access_token } = await tokenOf(world, id);
  world.provider.reset();
  expect(await remove(id)).toMatchObject({ status: 200, json: { message: 'deleted' } });
  await expect.poll(() => world.provider.counts.revoked).toBe(1);
  expect(world.provider.findAccount(access_token)).toBeUndefined();
  const revocation = { operation: 'revocation', authentication: 'body', status: 200 };
  expect(world.provider.calls).toMatchObject([revocation]);
  expect(await world.server.deps.db.oauthGrant.count({ where: { connectionId: id } })).toBe(0);
});

test('a slow provider does not delay a deletion', async () => {
  const id = await connect(world);
  world.provider.set({ delay: { ms: 2_000, when: 'before', on: 'revocation' } });
  const start = performance.now();
  expect((await remove(id)).status).toBe(200);
  expect(performance.now() - start).toBeLessThan(1_500);
  await expect.poll(() => world.provider.counts.revoked, { timeout: 5_000 }).toBeGreaterThan(0);
});

test.each<[string, Partial<Switches>]>([
  ['fails', { failure: { kind: 'status', status: 500, on: 'revocation' } }],
  ['breaks off', { failure: { kind: 'reset', on: 'revocation' } }],
  ['answers 5 MB', { failure: { kind: 'huge', on: 'revocation' } }],
])('a provider that %s does not delay a deletion', async (_, switches) => {
  const id = await connect(world);
  world.provider.reset(switches);
  expect((await remove(id)).status).toBe(200);
  await expect.poll(() => world.provider.calls.length).toBe(1);
  const { status } = await world.server.rest('GET', `/v1/connections/${id}`);
  expect(status).toBe(404);
});

test('deleting a connection before its consent revokes nothing', async () => {
  const id = await prepare(world);
  world.provider.reset();
  expect((await remove(id)).status).toBe(200);
  expect(world.provider.calls).toEqual([]);
});

test('a deletion that is refused to a stranger or a viewer revokes nothing', async () => {
  const id = await connect(world);
  world.provider.reset();
  const viewer = await world.server.createKey({ role: 'viewer' });
  const path = `/v1/connections/${id}`;
  const keys: [string, number][] = [
    [world.server.stranger.key, 404],
    [viewer, 403],
  ];
  for (const [key, status] of keys) {
    expect((await world.server.rest('DELETE', path, { key })).status).toBe(status);
  }
  expect(world.provider.calls).toEqual([]);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
});

test('a connection whose tokens cannot be decrypted is deleted', async () => {
  const id = await connect(world);
  const data = { tokens: Buffer.from('damaged') };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  expect((await remove(id)).status).toBe(200);
});

test('deleting a connection does not call a provider without a revocation endpoint', async () => {
  const generic = await openWorld('generic');
  const id = await connect(generic);
  generic.provider.reset();
  expect((await remove(id, generic)).status).toBe(200);
  expect(generic.provider.calls).toEqual([]);
  await closeWorld(generic);
});
