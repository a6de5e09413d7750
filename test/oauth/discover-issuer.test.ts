import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Outbound, openOutbound } from '../../src/core/outbound/outbound.ts';
import { DiscoveryError, discoverIssuer } from '../../src/oauth/provider/discover-issuer.ts';
import { serveHttp, stopLocalServers } from '../helpers/providers/local-server.ts';
import { type OidcProvider, startOidcProvider } from '../helpers/providers/oidc-provider.ts';

const outbound: Outbound = openOutbound(['127.0.0.1']);
const read = (issuer: string) => discoverIssuer({ outbound }, issuer);

/** Serves documents by path; returns the origin. */
async function serve(documents: (origin: string) => Record<string, unknown>): Promise<string> {
  let origin = '';
  const { port } = await serveHttp((request, response) => {
    const found = documents(origin)[request.url ?? ''];
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found));
  });
  origin = `http://127.0.0.1:${port}`;
  return origin;
}

let certified: OidcProvider;
beforeAll(async () => {
  certified = await startOidcProvider({ redirectUris: ['http://127.0.0.1/callback'] });
});
afterEach(stopLocalServers);
afterAll(() => certified.stop());

test('reads the facts of a certified OpenID provider', async () => {
  const { facts, unconfirmed, supportedScopes } = await read(certified.issuer);
  expect(facts).toEqual({
    authorization_url: certified.authorizationEndpoint,
    token_url: certified.tokenEndpoint,
    revocation_url: certified.revocationEndpoint,
    userinfo_url: `${certified.issuer}/me`,
    client_auth: 'basic',
    pkce: true,
  });
  expect(unconfirmed).toEqual([]);
  expect(supportedScopes).toContain('openid');
});

test('reads the metadata of RFC 8414 below the path of an issuer, and lists what it does not state', async () => {
  const origin = await serve((own) => ({
    '/.well-known/oauth-authorization-server/tenant': {
      issuer: `${own}/tenant`,
      authorization_endpoint: `${own}/a`,
      token_endpoint: `${own}/t`,
      code_challenge_methods_supported: ['plain'],
    },
  }));
  expect(await read(`${origin}/tenant`)).toEqual({
    facts: {
      authorization_url: `${origin}/a`,
      token_url: `${origin}/t`,
      client_auth: 'basic',
      pkce: false,
    },
    unconfirmed: ['revocation_url', 'userinfo_url', 'client_auth'],
    supportedScopes: null,
  });
});

test.each([
  ['client_secret_post', 'body'],
  ['none', 'none'],
  ['private_key_jwt', undefined],
])('a client that authenticates with %s is %s', async (method, expected) => {
  const origin = await serve((own) => ({
    '/.well-known/openid-configuration': {
      issuer: own,
      token_endpoint_auth_methods_supported: [method],
    },
  }));
  expect((await read(origin)).facts.client_auth).toBe(expected);
});

test('metadata that names another issuer, even by a slash, is refused', async () => {
  const origin = await serve((own) => ({
    '/.well-known/openid-configuration': { issuer: `${own}/`, token_endpoint: `${own}/t` },
  }));
  await expect(read(origin)).rejects.toThrow('names another issuer');
});

test.each([
  ['a private address', 'https://10.0.0.1/token'],
  ['an http URL', 'http://provider.example/token'],
  ['a place for a value', 'https://provider.example/{url}'],
  ['a user', 'https://me@provider.example/token'],
])('metadata that names %s as token endpoint is refused', async (_, token) => {
  const origin = await serve((own) => ({
    '/.well-known/openid-configuration': { issuer: own, token_endpoint: token },
  }));
  await expect(read(origin)).rejects.toThrow(/token_endpoint must/);
});

test('a server without the authorization code flow is refused', async () => {
  const origin = await serve((own) => ({
    '/.well-known/openid-configuration': { issuer: own, response_types_supported: ['token'] },
  }));
  await expect(read(origin)).rejects.toThrow('authorization code flow');
});

test.each(['https://10.0.0.1', 'ftp://a.example', 'https://{tenant}.example.com', 'a text', ''])(
  'the issuer %j is refused before any request',
  async (issuer) => {
    await expect(read(issuer)).rejects.toThrow(DiscoveryError);
  },
);

test('metadata that is missing, huge, a redirect or no JSON fails with the same words', async () => {
  const bodies = ['', 'not json', '[]', `{"x":"${'x'.repeat(2_000_000)}"}`];
  for (const body of bodies) {
    const { port } = await serveHttp((_, response) => response.writeHead(200).end(body));
    await expect(read(`http://127.0.0.1:${port}`)).rejects.toThrow('could not be read');
  }
  const { port } = await serveHttp((_, response) =>
    response.writeHead(302, { location: certified.issuer }).end(),
  );
  await expect(read(`http://127.0.0.1:${port}`)).rejects.toThrow('could not be read');
});
