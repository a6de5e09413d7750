import { expect, test } from 'vitest';
import {
  createConnection,
  type Failure,
  google,
  makeSystem,
  newConnection,
} from '../helpers/connections.ts';
import { eventsOf, grantOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { authorize, connect, open, prepare, useWorld, visit } from '../helpers/world.ts';

const world = useWorld('box');

async function refused(id: string, key?: string) {
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const { status, json } = await world.server.rest<Failure>('POST', path, { key });
  return { status, fields: Object.keys(json.error?.details ?? {}) };
}

test('only an editor who can see the connection may begin a consent', async () => {
  const id = await prepare(world);
  for (const role of ['viewer', 'caller', 'runtime'] as const) {
    const key = await world.server.createKey({ role });
    expect((await refused(id, key)).status).toBe(403);
  }
  expect((await refused(id, world.server.stranger.key)).status).toBe(404);
  expect((await refused('nonsense')).status).toBe(404);
  await makeSystem(world.server, id);
  expect((await refused(id)).status).toBe(403);
  const events = (await eventsOf(world, id)).filter((action) => action.includes('authorize'));
  expect(new Set(events)).toEqual(new Set(['connection.authorize.refused']));
  expect(await world.server.deps.db.authorizationAttempt.count()).toBe(0);
});

test('authorize returns 400 for a type without OAuth and for a type without a client', async () => {
  const { id } = await createConnection(world.server);
  expect(await refused(id)).toEqual({ status: 400, fields: ['type'] });
  const missing = { status: 400, fields: ['config.client_id'] };
  for (const config of [{}, { client_secret: 'c4n4ry-alone' }]) {
    const { id: orphan } = await createConnection(world.server, { type: google, config });
    expect(await refused(orphan)).toEqual(missing);
  }
});

test('the client id and secret of the config replace the operator’s, as a pair', async () => {
  const both = { client_id: 'mine', client_secret: 'c4n4ry-mine' };
  const own = await authorize(world, await prepare(world, { config: both }));
  expect(new URL(own).searchParams.get('client_id')).toBe('mine');
  const body = newConnection(world.server, { type: google, config: { client_id: 'mine' } });
  const { status, json } = await world.server.rest<Failure>('POST', '/v1/connections', { body });
  expect([status, Object.keys(json.error?.details ?? {})]).toEqual([400, ['config.client_secret']]);
});

test('the consent asks for the scopes of the config, or of the type when the config has none', async () => {
  const url = await authorize(world, await prepare(world, { config: { scopes: ['a', 'b', 'a'] } }));
  expect(new URL(url).searchParams.get('scope')).toBe('a b');
  const none = await authorize(world, await prepare(world, { config: { scopes: [] } }));
  expect(new URL(none).searchParams.get('scope')).toBeNull();
});

test('two concurrent consents of one connection leave one whole set of tokens', async () => {
  for (const id of [await prepare(world), await connect(world)]) {
    const addresses = [await authorize(world, id), await authorize(world, id)];
    const backs = await Promise.all(addresses.map((address) => visit(world, address)));
    world.provider.set({ delay: { ms: 100, when: 'after' } });
    const pages = await Promise.all(backs.map((back) => open(world, back)));
    world.provider.set({ delay: null });
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(await statusOf(world, id)).toBe('active');
    expect(world.provider.findAccount((await tokenOf(world, id)).access_token)).toBe('A');
    expect((await grantOf(world, id)).tokenVersion).toBeGreaterThanOrEqual(2);
  }
});
