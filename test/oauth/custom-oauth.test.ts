import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { createType, uniqueType } from '../helpers/custom-types.ts';
import { startTypedProviders, type TypedProviders } from '../helpers/providers/typed-provider.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';
import { liveThrough, openTypedConnection } from './oauth-life.ts';

/* Custom types of OAuth: each uses some of the facts, and all of the facts are used. */

let providers: TypedProviders;
let server: TestServer;
beforeAll(async () => {
  providers = await startTypedProviders();
  server = await startTestServer({
    OUTBOUND_ALLOW: '127.0.0.1',
    OAUTH_ACME_CLIENT_ID: 'of-the-operator',
    OAUTH_ACME_CLIENT_SECRET: 'c4n4ry-of-the-operator',
  });
});
afterAll(async () => {
  await server.close();
  await providers.stop();
});

const clientFields = [
  { name: 'client_id', kind: 'string' },
  { name: 'client_secret', kind: 'string', secret: true },
];

/** Creates a type whose endpoints are at the local provider. */
async function addType(
  facts: JsonObject,
  { name = uniqueType(), more = [] as object[], config = {} as JsonObject, after = '' } = {},
) {
  const base = `${providers.origin}/${name}`;
  await createType(server, {
    type: name,
    fields: [...clientFields, ...more],
    oauth2: {
      authorization_url: `${base}/authorize${after}`,
      token_url: `${base}/token${after}`,
      ...(facts.userinfo_url === true && { userinfo_url: `${base}/userinfo${after}` }),
      ...(facts.revocation_url === true && { revocation_url: `${base}/revoke${after}` }),
      default_scopes: ['read', 'write'],
      ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== true)),
    },
  });
  const type = server.deps.connectionTypes.of(server.home.organizationId).find(name);
  if (type === undefined) throw new Error(`There is no type ${name}.`);
  const provider = providers.add(type, config);
  const { id: client_id, secret: client_secret } = provider.client;
  return { type, provider, config: { ...config, client_id, client_secret } };
}

const cases: [what: string, facts: JsonObject][] = [
  ['Basic authentication and revocation', { client_auth: 'basic', revocation_url: true }],
  ['a public client', { client_auth: 'none', revocation_url: true }],
  [
    'no PKCE, commas and JSON',
    {
      client_auth: 'body',
      pkce: false,
      scope_separator: ',',
      token_request: 'json',
      revocation_url: true,
    },
  ],
  ['Basic authentication with JSON', { client_auth: 'basic+json', scope_separator: '+' }],
  ['semicolons', { client_auth: 'body', scope_separator: ';' }],
  ['bars', { client_auth: 'body', scope_separator: '|' }],
  [
    'parameters of its own',
    {
      client_auth: 'body',
      authorization_params: { access_type: 'offline', state: 'not mine', app: '{client_id}' },
      token_params: { audience: 'https://api.example.com', grant_type: 'not_mine' },
    },
  ],
  [
    'a token inside the response, and an account beside it',
    {
      client_auth: 'body',
      response: {
        access_token: '$.data.token.access',
        refresh_token: 'data.token.refresh',
        expires_in: 'data.seconds',
        scope: 'data.list[0]',
        token_type: 'data.kind',
      },
      account: { id: '$.data.team.id', label: 'data.team.name' },
    },
  ],
  [
    'members to keep',
    {
      client_auth: 'body',
      keep: ['realmId', 'api_key', 'team.webhook_id', 'instance_url', 'session'],
    },
  ],
  [
    'signs of a dead grant',
    {
      client_auth: 'body',
      dead: [
        'grant_is_gone',
        { path: '$.errors[0].code', is: [4711, 'gone'] },
        { status: 200, path: 'ok', is: [false] },
        { status: 500, path: 'fault', is: ['dead'] },
      ],
    },
  ],
  [
    'an account that the userinfo names',
    {
      client_auth: 'body',
      userinfo_url: true,
      account: { id: 'user.id', label: 'user.email' },
    },
  ],
];

describe.concurrent('a custom type works through the whole life of a connection', () => {
  test.each(cases)('with %s', async (_, facts) => {
    const { type, provider, config } = await addType(facts);
    // The protocol's own parameters win.
    delete provider.expected.params.state;
    delete provider.expected.tokenParams.grant_type;
    await liveThrough(server, type, { provider, config });
  });

  test('with a value in the path of its endpoints', async () => {
    const { type, provider, config } = await addType(
      { client_auth: 'body', revocation_url: true },
      {
        more: [{ name: 'tenant', kind: 'string', required: true }],
        config: { tenant: 'a/b ü?#%' },
        after: '/{tenant}',
      },
    );
    provider.expected.tenant = 'a/b ü?#%';
    await liveThrough(server, type, { provider, config });
  });
});

test('a refresh whose response has the token on top is read, although the consent had it inside', async () => {
  const inside = { access_token: 'authed_user.access_token' };
  const { type, provider, config } = await addType({ client_auth: 'body', response: inside });
  const connection = await openTypedConnection(server, type.type, config);
  expect((await connection.consent()).status).toBe(200);
  provider.facts = { ...provider.facts, responsePaths: {} };
  await connection.expireToken();
  const { config: refreshed } = await connection.credentials();
  expect(refreshed?.access_token).toBe(provider.current?.access);
});

test('a custom type never uses the operator’s client', async () => {
  const { type, provider } = await addType({ client_auth: 'body' }, { name: 'custom.Acme' });
  const connection = await openTypedConnection(server, type.type, {});
  const { status, text } = await connection.begin();
  expect([status, text]).toEqual([400, expect.stringContaining('config.client_id')]);
  expect(text).not.toContain('OAUTH_');
  expect(provider.codes.size).toBe(0);
});
