import { afterEach, beforeAll, expect, test } from 'vitest';
import { acme, typeMutations } from '../helpers/custom-types.ts';
import { serveHttp, stopLocalServers } from '../helpers/providers/local-server.ts';
import { useServer } from '../helpers/server.ts';

/* Types of one's own whose OAuth facts come from the metadata of an issuer. */

const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
let types: ReturnType<typeof typeMutations>;
beforeAll(() => {
  types = typeMutations(server);
});
afterEach(stopLocalServers);

/** Serves the metadata of an issuer, changed by `changes`; returns the issuer. */
async function serveIssuer(changes: Record<string, unknown> = {}): Promise<string> {
  let issuer = '';
  const { port } = await serveHttp((request, response) => {
    const isIt = request.url === '/.well-known/openid-configuration';
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      userinfo_endpoint: `${issuer}/me`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'email'],
      ...changes,
    };
    response.writeHead(isIt ? 200 : 404).end(isIt ? JSON.stringify(metadata) : '');
  });
  issuer = `http://127.0.0.1:${port}`;
  return issuer;
}

const client = [
  { name: 'client_id', kind: 'string', required: true },
  { name: 'client_secret', kind: 'string', required: true, secret: true },
];
const withOAuth = (oauth2: object) => acme({ fields: client, oauth2 });

test('the facts of the metadata are stored, and what the definition says itself wins', async () => {
  const issuer = await serveIssuer();
  const definition = withOAuth({
    issuer,
    userinfo_url: `${issuer}/other`,
    default_scopes: ['openid'],
  });
  const created = await types.create({ definition });
  expect(created.definition?.oauth2).toEqual({
    issuer,
    authorization_url: `${issuer}/authorize`,
    token_url: `${issuer}/token`,
    revocation_url: `${issuer}/revoke`,
    userinfo_url: `${issuer}/other`,
    client_auth: 'body',
    pkce: true,
    default_scopes: ['openid'],
  });
  expect(created.unconfirmed).toEqual(['oauth2.userinfo_url']);
  // A definition that was read can be written back.
  const again = { type: definition.type, definition: created.definition };
  expect(await types.update(again)).toMatchObject({ connectionType: { version: 2 } });
});

test('what the metadata does not state is listed', async () => {
  const issuer = await serveIssuer({
    revocation_endpoint: undefined,
    code_challenge_methods_supported: undefined,
  });
  const definition = withOAuth({ issuer, default_scopes: ['openid', 'files'] });
  expect((await types.create({ definition })).unconfirmed).toEqual([
    'oauth2.revocation_url',
    'oauth2.pkce',
    'oauth2.default_scopes',
  ]);
});

test('an issuer without metadata is refused if an endpoint is missing, and listed if none is', async () => {
  const issuer = await serveIssuer({ issuer: 'https://somebody.example' });
  const refused = await types.create({ definition: withOAuth({ issuer }) });
  expect(refused.fields).toEqual([
    {
      path: 'definition.oauth2.issuer',
      message: expect.stringMatching(/names another issuer.*write the endpoints yourself/),
    },
  ]);
  const whole = withOAuth({ issuer, authorization_url: `${issuer}/a`, token_url: `${issuer}/t` });
  const created = await types.create({ definition: whole });
  expect(created.__typename).toBe('ConnectionType');
  expect(created.unconfirmed).toContain('oauth2.token_url');
  expect(created.definition).toEqual(whole);
});

test('metadata without a token endpoint leaves one missing', async () => {
  const issuer = await serveIssuer({ token_endpoint: undefined });
  expect((await types.create({ definition: withOAuth({ issuer }) })).fields).toEqual([
    {
      path: 'definition.oauth2.token_url',
      message: 'is missing here, in the metadata of the issuer and among the required fields',
    },
  ]);
});

test('metadata that points into a private network is refused', async () => {
  const issuer = await serveIssuer({ token_endpoint: 'http://10.0.0.1/token' });
  const { fields = [] } = await types.create({ definition: withOAuth({ issuer }) });
  expect(fields.map(({ path }) => path)).toEqual(['definition.oauth2.issuer']);
});

test('an issuer whose metadata moves its token endpoint does not move it while connections use the type', async () => {
  const first = await serveIssuer();
  const definition = withOAuth({ issuer: first });
  const { type } = definition;
  await types.create({ definition });
  const body = {
    project_id: server.home.projectId,
    name: 'x',
    type,
    config: { client_id: 'a', client_secret: 'b' },
  };
  expect((await server.rest('POST', '/v1/connections', { body })).status).toBe(201);
  const second = await serveIssuer();
  const moved = await types.update({
    type,
    definition: { ...definition, oauth2: { issuer: second } },
  });
  expect(moved.fields?.map(({ path }) => path)).toContain('definition.oauth2.token_url');
});
