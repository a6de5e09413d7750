import { expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  type ConnectionJson,
  createConnection,
  type Data,
  newConnection,
} from '../helpers/connections.ts';
import { grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { connect, consent, useWorld } from '../helpers/world.ts';

/* Secrets stay with the host that they were given to. */

const world = useWorld('generic');
const shopify = 'patchbay.connections.ShopifyOAuth2';

test('a refresh token is not sent to another host than the one that issued it', async () => {
  const id = await connect(world);
  await leave(world, id, -1);
  world.provider.reset();
  const sql = `UPDATE oauth_grant SET token_host = 'provider.example' WHERE connection_id = $1::uuid`;
  await world.server.database.sql('test-token-host', sql, [id]);
  expect(await refusalOf(world, id)).toEqual({
    status: 409,
    message:
      'The connection has expired: the token endpoint is on another host than at the consent. Authorize it again.',
  });
  expect(world.provider.calls).toEqual([]);
  expect(await statusOf(world, id)).toBe('expired');
  expect((await consent(world, id)).status).toBe(200);
  expect((await tokenOf(world, id)).access_token).toBe(world.provider.issued.at(-1)?.accessToken);
});

const evil = [
  'evil.example',
  'evil.example/',
  'a/b',
  'a@b',
  'a#b',
  '-a',
  'a..b',
  'a:8443',
  '..',
  'ä',
];

test('a value that is not one part of a host name is refused when it is written', async () => {
  const { server } = world;
  const { id } = await createConnection(server, { type: shopify, config: { shop: 'acme' } });
  for (const shop of evil) {
    const config = { shop };
    const body = newConnection(server, { type: shopify, config });
    const answers = [
      await server.rest('POST', '/v1/connections', { body }),
      await server.rest('PUT', `/v1/connections/${id}`, { body: { type: shopify, config } }),
    ];
    for (const { status, text } of answers) {
      expect([shop, status, text]).toEqual([shop, 400, expect.stringContaining('config.shop')]);
    }
  }
});

test('another value in the host of an endpoint requires the client secret again and drops the tokens', async () => {
  const { server } = world;
  const own = { client_id: 'client', client_secret: canary('own') };
  const config = { shop: 'acme', ...own };
  const { id } = await createConnection(server, { type: shopify, config });
  const path = `/v1/connections/${id}`;
  const data = { connectionId: id, ...(await tokensOf(await connect(world))) };
  await server.deps.db.oauthGrant.create({ data });
  await server.deps.db.connection.update({ where: { id }, data: { status: 'active' } });
  const moved = { client_id: own.client_id, shop: 'evil' };
  const refused = await server.rest('PUT', path, { body: { type: shopify, config: moved } });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('client_secret')]);
  const kept = { client_id: own.client_id, shop: 'acme' };
  const same = await server.rest<Data<ConnectionJson>>('PUT', path, {
    body: { type: shopify, config: kept },
  });
  expect([same.status, same.json.data.status]).toEqual([200, 'active']);
  const given = { ...moved, client_secret: own.client_secret };
  const stored = await server.rest<Data<ConnectionJson>>('PUT', path, {
    body: { type: shopify, config: given },
  });
  expect([stored.status, stored.json.data.status]).toEqual([200, 'incomplete']);
  expect((await grantOf(world, id)).tokens).toBeNull();
});

/** The columns of a grant that another connection has. */
async function tokensOf(id: string) {
  const { tokens, tokensDataKeyId, tokenHost, refreshable } = await grantOf(world, id);
  return { tokens, tokensDataKeyId, tokenHost, refreshable };
}
