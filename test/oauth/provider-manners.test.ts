import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { google } from '../helpers/connections.ts';
import { begin, makeApp, makeRequirement, openEndUser } from '../helpers/end-users.ts';
import type { Switches } from '../helpers/oauth-provider.switches.ts';
import { startTestServer } from '../helpers/server.ts';
import { grantOf, leave, tokenOf } from './grants.ts';
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
