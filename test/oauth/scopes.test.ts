import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newConnection } from '../helpers/connections.ts';
import { begin, makeApp, makeRequirement, openEndUser, statusOf } from '../helpers/end-users.ts';
import { leave } from '../helpers/grants.ts';
import {
  connect,
  open,
  openWorlds,
  type ProviderName,
  visit,
  type World,
} from '../helpers/world.ts';
import { ask, bring, connectionOf, resolveOf } from './bring.ts';

const names = ['google', 'microsoft', 'github', 'dropbox'] as const satisfies ProviderName[];
const types = {
  google: 'dynamiq.connections.GoogleOAuth2',
  microsoft: 'dynamiq.connections.MicrosoftOAuth2',
  github: 'dynamiq.connections.GitHubOAuth2',
  dropbox: 'dynamiq.connections.DropboxOAuth2',
};

let worlds: World[];
let appId: string;
beforeAll(async () => {
  worlds = await openWorlds([...names]);
  appId = await makeApp(worldOf('google').server, {});
});
afterAll(async () => {
  await worldOf('google').server.close();
  for (const { provider } of worlds) await provider.stop();
});

function worldOf(name: ProviderName): World {
  const world = worlds.find((one) => one.name === name);
  if (world === undefined) throw new Error(`There is no world of ${name}.`);
  return world;
}

type Case = [
  what: string,
  name: (typeof names)[number],
  wanted: string[],
  scope: string | string[],
];

const userinfo = 'https://www.googleapis.com/auth/userinfo';
const graph = 'https://graph.microsoft.com/';

const fulfilled: Case[] = [
  [
    'Google names email and profile by URL',
    'google',
    ['openid', 'email', 'profile'],
    `openid ${userinfo}.email ${userinfo}.profile`,
  ],
  ['Google names a URL by its short name', 'google', [`${userinfo}.email`], 'email'],
  [
    'Microsoft returns scopes in its own case',
    'microsoft',
    ['user.read', 'Files.Read.All'],
    'User.Read files.read.all',
  ],
  ['Microsoft adds its prefix', 'microsoft', ['User.Read'], `${graph}User.Read`],
  ['Microsoft leaves its prefix out', 'microsoft', [`${graph}Mail.Read`], 'Mail.Read'],
  [
    'Microsoft never names those of OpenID Connect',
    'microsoft',
    ['openid', 'profile', 'email', 'offline_access', 'User.Read'],
    'User.Read',
  ],
  ['GitHub names repo only', 'github', ['repo', 'public_repo', 'repo:status'], 'repo'],
  ['GitHub names user only', 'github', ['user:email', 'read:user'], 'user'],
  ['GitHub’s widest includes the narrowest', 'github', ['read:org'], 'admin:org'],
  ['GitHub separates with commas', 'github', ['gist', 'read:packages'], 'gist,write:packages'],
  [
    'a list',
    'dropbox',
    ['account_info.read', 'files.content.read'],
    ['files.content.read', 'account_info.read'],
  ],
  [
    'a list as text',
    'dropbox',
    ['account_info.read'],
    '["files.content.read","account_info.read"]',
  ],
  [
    'commas and blanks',
    'dropbox',
    ['account_info.read', 'files.content.read'],
    'files.content.read, account_info.read',
  ],
];

test.each(fulfilled)('fulfils a requirement when %s', async (_, name, wanted, scope) => {
  const world = worldOf(name);
  world.provider.set({ scope, refreshToken: 'first', expiresIn: 3_600 });
  const asked = await ask(world, wanted);
  const page = await bring(asked);
  expect([page.status, page.text]).toEqual([200, expect.anything()]);
  expect(await statusOf(asked.user, asked.requirement)).toBe('completed');
  for (const again of [scope, 'none', '', []]) {
    world.provider.set({ scope: again });
    await leave(world, await connectionOf(asked), -5);
    expect([again, await resolveOf(asked)]).toEqual([
      again,
      expect.objectContaining({ __typename: 'Credentials' }),
    ]);
    expect([again, await statusOf(asked.user, asked.requirement)]).toEqual([again, 'completed']);
  }
});

const unfulfilled: Case[] = [
  ['a narrower GitHub scope', 'github', ['repo'], 'public_repo'],
  ['another case elsewhere', 'dropbox', ['account_info.read'], 'Account_Info.Read'],
  ['openid only where the type’s defaults are asked for', 'google', [], 'openid'],
  ['an empty list', 'dropbox', ['account_info.read'], []],
];

test.each(unfulfilled)('leaves a requirement pending for %s', async (_, name, wanted, scope) => {
  const world = worldOf(name);
  world.provider.set({ scope });
  const spec = { type: types[name], ...(wanted.length > 0 && { scopes: wanted }) };
  const requirement = await makeRequirement(world.server, appId, { spec });
  const user = await openEndUser(world.server, appId);
  const page = await open(world, await visit(world, await begin(user, requirement)));
  expect(page.status).toBe(400);
  expect(await statusOf(user, requirement)).toBe('pending');
});

test('a connection has no missing scope when the provider names the scopes differently', async () => {
  const world = worldOf('microsoft');
  world.provider.set({ scope: `${graph}user.read ${graph}files.read.all ${graph}sites.read.all` });
  const id = await connect(world);
  const document = 'query($id: ID!) { connection(id: $id) { oauth { missingScopes } } }';
  const { data } = await world.server.graphql(document, { id });
  expect(data).toEqual({ connection: { oauth: { missingScopes: [] } } });
});

describe('a scope list that holds no scopes is refused', () => {
  test.each(['read write', 'read,write', ' read', 'read\twrite', 'ré', 'a"b'])(
    '%j',
    async (scope) => {
      const { server } = worldOf('google');
      const config = { scopes: ['openid', scope] };
      const body = newConnection(server, { type: types.google, config });
      const { status, json } = await server.rest('POST', '/v1/connections', { body });
      expect(status).toBe(400);
      expect(JSON.stringify(json)).toContain('config.scopes.1');
    },
  );
});
