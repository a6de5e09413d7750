import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { grantOf, leave, tokenOf } from '../helpers/grants.ts';
import {
  authorize,
  connect,
  openWorlds,
  type ProviderName,
  prepare,
  type World,
} from '../helpers/world.ts';
import { providers } from './providers.expected.ts';

const common = {
  response_type: 'code',
  client_id: 'client:id',
  redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:4000\/v1\/oauth2\/callback/),
  state: expect.stringMatching(/^[\w-]{43}$/),
  code_challenge: expect.stringMatching(/^[\w-]{43}$/),
  code_challenge_method: 'S256',
};

let worlds: World[];
beforeAll(async () => {
  worlds = await openWorlds(Object.keys(providers) as ProviderName[]);
});
afterAll(async () => {
  await worlds[0]?.server.close();
  for (const { provider } of worlds) await provider.stop();
});

describe.each(Object.entries(providers))('%s', (name, expected) => {
  let world: World;
  beforeAll(() => {
    world = worlds.find((one) => one.name === name) as World; // of all that are expected
  });
  afterEach(() => world.provider.reset());

  test('gets the consent, the exchange and the refresh as its documentation asks', async () => {
    const { provider, server } = world;
    const { authentication, contentType = 'application/x-www-form-urlencoded' } = expected;
    const { searchParams } = new URL(await authorize(world, await prepare(world)));
    expect(Object.fromEntries(searchParams)).toEqual({ ...common, ...expected.params });
    const id = await connect(world);
    expect(provider.calls).toMatchObject([{ authentication, contentType, status: 200 }]);
    expect(provider.calls[0]?.accept).toBe('application/json');
    const { life, refreshable, scopes } = expected;
    expect(await grantOf(world, id)).toMatchObject({
      accessTokenLife: life,
      refreshable,
      scopes,
      tokenHost: new URL(provider.issuer).host,
    });
    const document = `query($id: ID!) { connection(id: $id) { oauth { missingScopes } } }`;
    const { data } = await server.graphql(document, { id });
    expect(data).toEqual({ connection: { oauth: { missingScopes: [] } } });
    const token = await tokenOf(world, id);
    expect(token.scopes).toEqual(scopes);
    expect(token.expires_at === null).toBe(life === null);
    if (!refreshable) return;
    await leave(world, id, 1);
    expect((await tokenOf(world, id)).access_token).not.toBe(token.access_token);
    const refresh = { operation: 'refresh_token', authentication, contentType, status: 200 };
    expect(provider.calls.at(-1)).toMatchObject(refresh);
    await leave(world, id, 1);
    await tokenOf(world, id); // sends the rotated refresh token, or the first when it does not rotate
    expect(provider.counts).toMatchObject({ refreshes: 2, reuses: 0 });
    expect(provider.issued.at(-1)?.refreshToken !== undefined).toBe(expected.rotates === true);
  });

  test('reports the scopes that were not granted', async () => {
    const { provider, server } = world;
    const scope = 'something.else';
    provider.set({ scope });
    const id = await connect(world);
    const document = `query($id: ID!) { connection(id: $id) { oauth { scopes missingScopes } } }`;
    const { data } = await server.graphql<{
      connection: { oauth: { scopes: string[]; missingScopes: string[] } };
    }>(document, { id });
    expect(data.connection.oauth.scopes).toEqual([scope]);
    const asked = expected.params.scope?.split(' ') ?? [];
    // Microsoft does not list offline_access; the refresh token proves it.
    const missing = asked.filter((one) => one !== 'offline_access');
    expect(data.connection.oauth.missingScopes).toEqual(missing);
  });
});
