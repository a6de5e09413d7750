import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { google } from '../helpers/connections.ts';
import { begin, makeApp, makeRequirement, openEndUser } from '../helpers/end-users.ts';
import type { Failure, Switches } from '../helpers/oauth-provider.switches.ts';
import { startTestServer } from '../helpers/server.ts';
import { endPause, grantOf, leave, refusalOf, statusOf, tokenOf } from './grants.ts';
import {
  closeWorld,
  connect,
  consent,
  open,
  openWorld,
  prepare,
  visit,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('google');
});
afterEach(() => world.provider.reset());
afterAll(() => closeWorld(world));

async function stateOf(id: string) {
  const document =
    'query($id: ID!) { connection(id: $id) { oauth { refreshable lastRefreshError } } }';
  type State = { connection: { oauth: { refreshable: boolean; lastRefreshError: string } } };
  return (await world.server.graphql<State>(document, { id })).data.connection.oauth;
}

const json = (status: number, body: object): Failure => ({
  kind: 'raw',
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
const form = (status: number, body: string): Failure => ({
  kind: 'raw',
  status,
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

describe('a grant that has ended expires its connection when the provider says', () => {
  test.each<[string, Failure]>([
    ['token_revoked in a 200', json(200, { ok: false, error: 'token_revoked' })],
    ['invalid_token', json(401, { error: 'invalid_token' })],
    ['INVALID_GRANT', json(400, { error: 'INVALID_GRANT' })],
    ['a status of its own', json(400, { status: 'BAD_REFRESH_TOKEN', message: 'no' })],
    ['an error in form encoding', form(400, 'error=invalid_grant&error_description=gone')],
    ['a list of errors', json(401, { errors: [{ errorType: 'invalid_grant' }], success: false })],
    [
      'unauthorized_client of a token that is invalid',
      json(403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' }),
    ],
    [
      'invalid_request of a token that was revoked',
      json(400, { error: 'invalid_request', error_description: 'The refresh token was revoked.' }),
    ],
  ])('%s', async (_, failure) => {
    const id = await connect(world);
    await leave(world, id, 5);
    world.provider.set({ failure: { ...failure, on: 'refresh_token' } });
    const { status, message } = await refusalOf(world, id);
    expect([status, message]).toEqual([
      409,
      expect.stringContaining('no longer accepts the grant'),
    ]);
    expect(message).not.toMatch(/client|settings/);
    expect(await statusOf(world, id)).toBe('expired');
    expect((await stateOf(id)).refreshable).toBe(false);
  });
});

test.each<[string, Failure, string]>([
  [
    'a client',
    json(401, { error: 'invalid_client', error_description: 'Invalid client or token' }),
    'client_secret',
  ],
  ['a grant type', json(400, { error: 'unsupported_grant_type' }), 'this kind of request'],
  [
    'a redirect',
    { kind: 'raw', status: 302, body: '', headers: { location: '/x' } },
    'redirect (302)',
  ],
])('%s that is wrong expires nothing', async (_, failure, words) => {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.set({ failure: { ...failure, on: 'refresh_token' } });
  expect(await refusalOf(world, id)).toEqual({
    status: 502,
    message: expect.stringContaining(words),
  });
  expect(await statusOf(world, id)).toBe('active');
});

test('a refusal for no known reason that lasts 72 hours expires the connection, and says so', async () => {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.set({
    failure: { ...json(400, { error: 'computer_says_no' }), on: 'refresh_token' },
  });
  const again = async () => {
    await endPause(world, id);
    return refusalOf(world, id);
  };
  expect((await again()).status).toBe(502);
  expect((await again()).status).toBe(502);
  const data = { refusedSince: new Date(Date.now() - 73 * 3_600_000) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  expect(await again()).toEqual({ status: 409, message: expect.stringContaining('72 hours') });
  expect(await statusOf(world, id)).toBe('expired');
});

test.each<[string, Partial<Switches>]>([
  ['in gzip', { encoding: 'gzip' }],
  ['in deflate', { encoding: 'deflate' }],
  ['in br', { encoding: 'br' }],
  ['in form encoding', { asForm: true }],
  ['with a blank error', { extra: { error: '', error_description: '' } }],
])('a token %s is read', async (_, switches) => {
  world.provider.set(switches);
  const id = await connect(world);
  await leave(world, id, -5);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
});

test('what a provider says of a refusal is on the page without what was sent to it', async () => {
  const { secret = '' } = world.provider.client;
  const description = `<b>No</b> with ${secret} ${'y'.repeat(300)}`;
  world.provider.set({ failure: { kind: 'error', error: 'invalid_scope', description } });
  const { text } = await consent(world, await prepare(world));
  expect(text).toContain('Google says: “&lt;b&gt;No&lt;/b&gt; with …');
  expect(text).not.toContain('y'.repeat(200));
  expect(JSON.stringify(world.server.logged())).toContain('Google says: “<b>No</b> with …');
});

describe('a second consent without a refresh token keeps the one before', () => {
  test('of a connection', async () => {
    world.provider.set({ account: 'none' });
    const id = await connect(world);
    world.provider.set({ refreshToken: 'never' });
    expect((await consent(world, id)).status).toBe(200);
    expect((await grantOf(world, id)).refreshable).toBe(true);
    await leave(world, id, -5);
    expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  });

  test.each([
    ['A', true],
    ['B', false],
  ] as const)('of an end user who consents as %s: %s', async (account, isKept) => {
    const appId = await makeApp(world.server, {});
    const requirement = await makeRequirement(world.server, appId, { spec: { type: google } });
    const user = await openEndUser(world.server, appId);
    const go = async () => open(world, await visit(world, await begin(user, requirement)));
    expect((await go()).status).toBe(200);
    world.provider.set({ refreshToken: 'never', consent: account });
    expect((await go()).status).toBe(200);
    const { endUserId } = user.viewer;
    const grant = await world.server.deps.db.oauthGrant.findFirstOrThrow({
      where: { connection: { endUserId, status: 'active' } },
    });
    expect(grant.refreshable).toBe(isKept);
  });
});

test('extras come with the credentials, and no secret among them', async () => {
  const extra = {
    instance_url: 'https://eu1.salesforce.example',
    workspace_id: 'w-1',
    api_domain: 'https://api.example',
    team: { id: 'T1', name: 'Team' },
    id_token_hint: 'x',
    authed_user: { id: 'U1', access_token: 'x' },
    client_secret: 'x',
    constructor: 'own',
  };
  world.provider.set({ extra, callbackExtra: { realmId: '9130', evil: 'https://evil.example' } });
  const id = await connect(world);
  const expected = {
    realmId: '9130',
    instance_url: extra.instance_url,
    workspace_id: 'w-1',
    api_domain: extra.api_domain,
    team: extra.team,
    authed_user: { id: 'U1' },
    constructor: 'own',
  };
  expect(await tokenOf(world, id)).toMatchObject({ extra: expected });
  world.provider.set({ extra: {} });
  await leave(world, id, -5);
  const refreshed = (await tokenOf(world, id)) as object as { extra: object };
  expect(refreshed.extra).toEqual(expected);
});

test.each([
  ['OAUTH_GOOGLE_CLIENT_ID', 'a b'],
  ['OAUTH_GOOGLE_CLIENT_ID', 'client\n'],
  ['OAUTH_GOOGLE_CLIENT_SECRET', 'c4n4ry\r\n'],
  ['OAUTH_GOOGLE_CLIENT_SECRET', ' c4n4ry'],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'https://a.example/token '],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'http://10.0.0.1/token'],
  ['OAUTH_GOOGLE_REVOCATION_ENDPOINT', 'http://provider.example/revoke'],
])('%s=%j stops the start, and is named', async (name, value) => {
  const both = { OAUTH_GOOGLE_CLIENT_ID: 'client', OAUTH_GOOGLE_CLIENT_SECRET: 'c4n4ry' };
  await expect(startTestServer({ ...both, [name]: value })).rejects.toThrow(name);
});

test('Basic leaves - _ . ~ as they are', async () => {
  const generic = await openWorld('generic');
  const sent: string[] = [];
  const { deps } = generic.server;
  const { outbound } = deps;
  deps.outbound = {
    ...outbound,
    checked: (url, init) => {
      sent.push(init.headers?.authorization ?? '');
      return outbound.checked(url, init);
    },
  };
  generic.provider.client.id = 'my-client_id.v1~';
  generic.provider.client.secret = 'c4n4ry-a_b.c~ d/+%';
  expect((await consent(generic, await prepare(generic))).status).toBe(200);
  const pair = Buffer.from(String(sent[0]).replace('Basic ', ''), 'base64').toString();
  expect(pair).toBe('my-client_id.v1~:c4n4ry-a_b.c~+d%2F%2B%25');
  await closeWorld(generic);
});
