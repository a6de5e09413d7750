import { expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { endPause, grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import type { Failure } from '../helpers/providers/oauth-provider.switches.ts';
import { closeWorld, connect, oauthBody, openWorld, useWorld } from '../helpers/world.ts';

const world = useWorld('generic');

const cases: [string, Failure, string][] = [
  ['invalid_client', { kind: 'error', error: 'invalid_client', status: 401 }, 'client_secret'],
  [
    'GitHub’s name for it',
    { kind: 'error', error: 'incorrect_client_credentials', status: 200 },
    'client_secret',
  ],
  ['unauthorized_client', { kind: 'error', error: 'unauthorized_client' }, 'this client'],
  ['invalid_scope', { kind: 'error', error: 'invalid_scope' }, 'config.scopes'],
];

test.each(cases)(
  '%s is a configuration error: a valid token is returned, and an ended one is a 502 that names the error',
  async (_, failure, words) => {
    const id = await connect(world);
    const first = await tokenOf(world, id);
    world.provider.reset({ failure: { ...failure, on: 'refresh_token' } });
    await leave(world, id, 5);
    expect((await tokenOf(world, id)).access_token).toBe(first.access_token);
    expect(await statusOf(world, id)).toBe('active');
    await leave(world, id, -5);
    await endPause(world, id);
    const refusal = { status: 502, message: expect.stringContaining(words) };
    expect(await refusalOf(world, id)).toEqual(refusal);
    expect(await refusalOf(world, id)).toEqual(refusal); // in the pause as well
    expect(await statusOf(world, id)).toBe('active');
    expect(world.provider.calls).toHaveLength(2);
  },
);

test('a configuration error is retried at growing intervals of up to a quarter of an hour', async () => {
  const id = await connect(world);
  world.provider.set({ failure: { kind: 'error', error: 'invalid_client', on: 'refresh_token' } });
  await leave(world, id, -5);
  const data = { consecutiveFailures: 11, nextRefreshAt: new Date(0) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  await refusalOf(world, id);
  const pause = Number((await grantOf(world, id)).nextRefreshAt) - Date.now();
  expect(pause).toBeGreaterThan(440_000);
  expect(pause).toBeLessThanOrEqual(900_000);
});

test('a corrected client_secret ends a configuration error at once, with the same tokens', async () => {
  const id = await connect(world);
  const { client } = world.provider;
  const right = client.secret;
  client.secret = canary('changed at the provider');
  await leave(world, id, -5);
  expect((await refusalOf(world, id)).status).toBe(502);
  const { type, config } = oauthBody(world);
  const put = await world.server.rest('PUT', `/v1/connections/${id}`, { body: { type, config } });
  expect(put.status).toBe(200);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, consecutiveFailures: 0 });
  client.secret = right ?? '';
});

test('a refresh fails with an error that names the client which the operator removed', async () => {
  const google = await openWorld('google');
  const id = await connect(google);
  await leave(google, id, -5);
  const { config } = google.server.deps;
  google.server.deps.config = { ...config, oauthClients: {} };
  const message = expect.stringContaining('config.client_id cannot be blank');
  expect(await refusalOf(google, id)).toEqual({ status: 502, message });
  expect(await statusOf(google, id)).toBe('active');
  google.server.deps.config = config;
  await endPause(google, id);
  expect((await tokenOf(google, id)).access_token).toMatch(/^at_/);
  await closeWorld(google);
});
