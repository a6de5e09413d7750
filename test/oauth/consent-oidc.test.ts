import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyOAuth, createConnection, type Data, fetchConfig } from '../helpers/connections.ts';
import { consentInBrowser } from '../helpers/providers/oauth-provider.browser.ts';
import { type OidcProvider, startOidcProvider } from '../helpers/providers/oidc-provider.ts';
import { useServer } from '../helpers/server.ts';

/* The generic type against a certified authorization server: rotation, PKCE required, `iss` sent. */

const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
let provider: OidcProvider;
let id: string;

beforeAll(async () => {
  const urls = { authorization_url: 'http://127.0.0.1:1', token_url: 'http://127.0.0.1:1' };
  const config = { ...urls, client_id: 'none' };
  ({ id } = await createConnection(server, { type: anyOAuth, config }));
  provider = await startOidcProvider({ redirectUris: [callback()], accessTokenSeconds: 100 });
  const { client, authorizationEndpoint, tokenEndpoint } = provider;
  const moved = {
    authorization_url: authorizationEndpoint,
    token_url: tokenEndpoint,
    client_id: client.id,
    client_secret: client.secret,
    scopes: ['openid', 'read'],
  };
  const body = { type: anyOAuth, config: moved };
  expect((await server.rest('PUT', `/v1/connections/${id}`, { body })).status).toBe(200);
});
afterAll(async () => {
  await provider.stop();
});

function callback(): string {
  return `${server.deps.config.publicUrl}/v1/oauth2/callback/${id}`;
}

async function consent() {
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const { json } = await server.rest<Data<{ url: string }>>('POST', path);
  const { pathname, search } = await consentInBrowser(json.data.url, callback());
  return server.send({ method: 'GET', path: pathname + search });
}

test('oidc-provider consents, and its tokens rotate as they are refreshed', async () => {
  const page = await consent();
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Connected') });
  const first = await fetchConfig(server, id);
  expect(first.json.data.config).toMatchObject({ scopes: ['openid', 'read'] });
  for (const generation of [2, 3]) {
    const where = { connectionId: id };
    await server.deps.db.oauthGrant.update({ where, data: { accessTokenExpiresAt: new Date(0) } });
    expect((await fetchConfig(server, id)).status).toBe(200);
    const { tokenVersion } = await server.deps.db.oauthGrant.findUniqueOrThrow({ where });
    expect(tokenVersion).toBe(generation);
  }
  expect(provider.counts).toEqual({ grants: 3, refusals: 0, revocations: 0 });
});

test('a new consent by another account of oidc-provider is refused', async () => {
  provider.account = 'account-b';
  const page = await consent();
  expect(page).toMatchObject({
    status: 400,
    text: expect.stringContaining('belongs to another account'),
  });
});
