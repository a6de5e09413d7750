import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { acme, createType, typeMutations } from '../helpers/custom-types.ts';
import { consentInBrowser } from '../helpers/providers/oauth-provider.browser.ts';
import type { OAuthProvider } from '../helpers/providers/oauth-provider.ts';
import { useServer } from '../helpers/server.ts';
import { openProvider } from '../helpers/world.ts';

/* A custom type of OAuth works like a shipped one: consent, refresh, revocation. */

const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
let provider: OAuthProvider;
beforeAll(async () => {
  provider = await openProvider('google');
});
afterAll(() => provider.stop());

const definition = () => {
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = provider;
  return acme({
    fields: [
      { name: 'client_id', kind: 'string', required: true },
      { name: 'client_secret', kind: 'string', required: true, secret: true },
      { name: 'scopes', kind: 'string[]', format: 'scopes' },
    ],
    oauth2: {
      authorization_url: authorizationEndpoint,
      token_url: tokenEndpoint,
      revocation_url: revocationEndpoint,
      default_scopes: ['read'],
      client_auth: 'body',
      authorization_params: { access_type: 'offline', prompt: 'consent' },
    },
  });
};

/** Creates a connection of the type and gives consent; returns its id. */
async function consentTo(type: string): Promise<string> {
  const { client } = provider;
  const config = { client_id: client.id, client_secret: client.secret };
  const { id, status } = await createConnection(server, { type, config });
  expect(status).toBe('incomplete');
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const begun = await server.rest<{ data: { url: string } }>('POST', path, { body: {} });
  const callback = `${server.deps.config.publicUrl}/v1/oauth2/callback`;
  const { pathname, search } = await consentInBrowser(begun.json.data.url, callback);
  expect((await server.send({ method: 'GET', path: pathname + search })).status).toBe(200);
  return id;
}

const refresh = (id: string) =>
  server.graphql<{ refreshConnection: { __typename: string } }>(
    'mutation($id: ID!) { refreshConnection(input: { id: $id }) { __typename ... on UserError { message } } }',
    { id },
  );

test('a person gives consent, and the token is refreshed', async () => {
  const { type } = await createType(server, definition());
  const id = await consentTo(type);
  const first = (await fetchConfig(server, id)).json.data.config as { access_token: string };
  expect(first.access_token).toMatch(/./);
  expect((await refresh(id)).data.refreshConnection.__typename).toBe('Connection');
  const second = (await fetchConfig(server, id)).json.data.config as { access_token: string };
  expect(second.access_token).not.toBe(first.access_token);
});

test('a custom type has a redirect URI of its own, and its state is refused at that of the shipped types', async () => {
  const { type } = await createType(server, definition());
  const read = await server.rest<{ data: { redirect_uri: string } }>(
    'GET',
    `/v1/connection-types/${type}`,
  );
  const { publicUrl } = server.deps.config;
  const { redirect_uri: own } = read.json.data;
  expect(own).toMatch(/\/v1\/oauth2\/callback\/[0-9a-f-]{36}$/);
  const { client } = provider;
  const config = { client_id: client.id, client_secret: client.secret };
  const { id } = await createConnection(server, { type, config });
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const begun = await server.rest<{ data: { url: string } }>('POST', path, { body: {} });
  expect(new URL(begun.json.data.url).searchParams.get('redirect_uri')).toBe(own);
  const back = await consentInBrowser(begun.json.data.url, `${publicUrl}/v1/oauth2/callback`);
  expect(back.pathname).toBe(new URL(own).pathname);
  const shared = `/v1/oauth2/callback${back.search}`;
  expect((await server.send({ method: 'GET', path: shared })).status).toBe(400);
  const { data } = await server.graphql(
    `{ shipped: connectionType(type: "dynamiq.connections.GitHubOAuth2") { redirectUri }
       generic: connectionType(type: "dynamiq.connections.OAuth2") { redirectUri }
       key: connectionType(type: "dynamiq.connections.OpenAI") { redirectUri } }`,
  );
  expect(data).toEqual({
    shipped: { redirectUri: `${publicUrl}/v1/oauth2/callback` },
    generic: { redirectUri: null },
    key: { redirectUri: null },
  });
});

test('the type cannot be deleted or send its client elsewhere while the grant lives, and a new version is used at once', async () => {
  const own = await createType(server, definition());
  const { type } = own;
  const id = await consentTo(type);
  const types = typeMutations(server);
  expect(await types.remove(type)).toMatchObject({ details: { connections: 1, requirements: 0 } });
  const elsewhere = { ...(own.oauth2 as object), token_url: 'http://127.0.0.1:9/token' };
  expect(await types.update({ type, definition: { ...own, oauth2: elsewhere } })).toMatchObject({
    fields: [{ path: 'definition.oauth2.token_url' }],
  });
  const broken = { ...(own.oauth2 as object), token_url: `${provider.tokenEndpoint}-gone` };
  expect(await types.update({ type, definition: { ...own, oauth2: broken } })).toMatchObject({
    affectedCount: 0,
  });
  expect((await refresh(id)).data.refreshConnection.__typename).toBe('UpstreamError');
});
