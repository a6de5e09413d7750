import { expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { leave, tokenOf } from '../helpers/grants.ts';
import { connect, useWorld } from '../helpers/world.ts';
import { ask, bring, connectionOf, resolveOf } from './bring.ts';

/* Extras: values that a token needs, which arrive in the token response or in the callback. */

const world = useWorld('google');

const given = {
  instance_url: 'https://eu1.salesforce.example',
  workspace_id: 'w-1',
  api_domain: 'https://api.example',
  team: { id: 'T1', name: 'Team' },
  livemode: false,
  stripe_user_id: 'acct_1',
  athlete: { id: 227615 },
  constructor: 'own',
};
const callback = { realmId: '9130', shop: 'a-shop.myshopify.example' };
const expected = { ...callback, ...given };

/** Extras that are secret by name or by value, too long, or empty. */
function withSecrets() {
  return {
    ...given,
    client_secret: canary('extra'),
    authed_user: { id: 'U1', access_token: canary('extra') },
    incoming_webhook: { url: canary('extra') },
    signature: canary('extra'),
    guild: { name: 'x'.repeat(5_000) },
    enterprise: null,
    large: 2 ** 60,
    'bad name': 'x',
    msg: 'success',
  };
}
const withUser = { ...expected, authed_user: { id: 'U1' } };

test('GraphQL and REST return the extras without secrets beside the credentials, also after a refresh', async () => {
  world.provider.set({
    extra: withSecrets(),
    callbackExtra: { ...callback, evil: 'https://evil.example', hmac: 'ab12' },
  });
  const asked = await ask(world);
  expect((await bring(asked)).status).toBe(200);
  expect((await resolveOf(asked)).config?.extra).toEqual(withUser);
  const id = await connect(world);
  expect(await tokenOf(world, id)).toMatchObject({ extra: withUser });
  world.provider.reset({ extra: { instance_url: 'https://eu2.salesforce.example' } });
  for (const one of [id, await connectionOf(asked)]) await leave(world, one, -5);
  const moved = { ...withUser, instance_url: 'https://eu2.salesforce.example' };
  expect((await resolveOf(asked)).config?.extra).toEqual(moved);
  expect(await tokenOf(world, id)).toMatchObject({ extra: moved });
});

test('no read, list, log line or audit event holds an extra', async () => {
  const secretly = 'only-with-the-credentials';
  world.provider.set({ extra: { instance_url: `https://${secretly}.example` } });
  const id = await connect(world);
  expect(JSON.stringify(await tokenOf(world, id))).toContain(secretly);
  const read = await world.server.rest('GET', `/v1/connections/${id}`);
  const list = await world.server.rest('GET', '/v1/connections');
  const document = 'query($id: ID!) { connection(id: $id) { config oauth { scopes } } }';
  const graph = await world.server.graphql(document, { id });
  const events = await world.server.deps.db.auditEvent.findMany({ where: { connectionId: id } });
  const all = [read.text, list.text, graph.text, JSON.stringify(world.server.logged())];
  expect(all.join() + JSON.stringify(events.map(({ detail }) => detail))).not.toContain(secretly);
  const rows = await world.server.database.sql('test-tokens', 'SELECT tokens FROM oauth_grant', []);
  expect(JSON.stringify(rows)).not.toContain(Buffer.from(secretly).toString('hex'));
});

test('credentials have no extras when the provider sent none', async () => {
  world.provider.set({ account: 'none' });
  expect(await tokenOf(world, await connect(world))).not.toHaveProperty('extra');
});

test('the extras of a second consent replace those of the first', async () => {
  world.provider.set({ callbackExtra: { realmId: '1' } });
  const asked = await ask(world);
  await bring(asked);
  world.provider.set({ callbackExtra: { realmId: '2' } });
  await bring(asked);
  expect((await resolveOf(asked)).config?.extra).toMatchObject({ realmId: '2' });
});
