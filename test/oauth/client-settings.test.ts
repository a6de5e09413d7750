import { expect, test } from 'vitest';
import { leave, tokenOf } from '../helpers/grants.ts';
import { startTestServer } from '../helpers/server.ts';
import { closeWorld, connect, openWorld } from '../helpers/world.ts';

test.each([
  ['OAUTH_GOOGLE_CLIENT_ID', 'a b'],
  ['OAUTH_GOOGLE_CLIENT_ID', 'client\n'],
  ['OAUTH_GOOGLE_CLIENT_SECRET', 'c4n4ry\r\n'],
  ['OAUTH_GOOGLE_CLIENT_SECRET', ' c4n4ry'],
  ['OAUTH_GOOGLE_CLIENT_SECRET', ''],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'https://a.example/token '],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'https://a.example/to\nken'],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'ftp://a.example/token'],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'https://me:c4n4ry@a.example/token'],
  ['OAUTH_GOOGLE_AUTHORIZATION_ENDPOINT', ' https://a.example/authorize'],
  ['OAUTH_GOOGLE_TOKEN_ENDPOINT', 'http://10.0.0.1/token'],
  ['OAUTH_GOOGLE_REVOCATION_ENDPOINT', 'http://provider.example/revoke'],
])(
  'the server does not start with %s=%j, and the error names the variable',
  async (name, value) => {
    const both = { OAUTH_GOOGLE_CLIENT_ID: 'client', OAUTH_GOOGLE_CLIENT_SECRET: 'c4n4ry' };
    await expect(startTestServer({ ...both, [name]: value })).rejects.toThrow(name);
  },
);

test('Basic authentication does not encode the characters - _ . ~', async () => {
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
  const id = await connect(generic);
  await leave(generic, id, -5);
  await tokenOf(generic, id);
  const pairs = sent.map((header) => atob(header.replace('Basic ', '')));
  const pair = 'my-client_id.v1~:c4n4ry-a_b.c~+d%2F%2B%25';
  expect(pairs).toEqual([pair, pair]);
  await closeWorld(generic);
});
