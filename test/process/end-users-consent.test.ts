import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findOnward, openBrowser } from '../connect-page/form-browser.ts';
import { send } from '../helpers/http.ts';
import { makeEnvironment, projectOf, type ServerProcess, startServer } from '../helpers/process.ts';
import {
  launchOAuthProvider,
  type OAuthProviderProcess,
} from '../helpers/providers/oauth-provider.control.ts';
import { ask, mutate } from './end-user-requests.ts';
import { clientOf } from './postgresql/two-servers.ts';

/* Consents of end users of a public app, and the limits on tokens of strangers, on the built server. */

const host = 'open.example.com';
const google = 'dynamiq.connections.GoogleOAuth2';
const requirements = '/v1/connect/requirements';

let provider: OAuthProviderProcess;
let server: ServerProcess;
let appId: string;
let calendar: string;
beforeAll(async () => {
  provider = await launchOAuthProvider({ switches: { clientAuthentication: 'body' } });
  const environment = await makeEnvironment();
  server = await startServer({
    ...environment,
    ...clientOf(provider),
    TRUSTED_PROXIES: '127.0.0.1',
  });
  const app = { projectId: await projectOf(server), name: 'app', hostname: host };
  const made = { ...app, visibility: 'PUBLIC' };
  appId = (await mutate(server, 'createApp', made, '... on App { id }')).id;
  const asked = { appId, kind: 'CONNECTION', name: 'calendar', title: 'Your calendar' };
  const spec = { type: google, scopes: ['read'] };
  const selection = '... on Requirement { id }';
  calendar = (await mutate(server, 'createRequirement', { ...asked, spec }, selection)).id;
}, 90_000);
afterAll(async () => {
  await server?.end();
  await provider?.process.end();
});

const mint = (userId: string, from = '192.0.2.1') =>
  ask<{ token: string }>(server, 'POST /v1/connect/tokens', {
    key: null,
    host,
    body: { user_id: userId },
    headers: { 'x-forwarded-for': from },
  });

async function statusOf(key: string) {
  type Statuses = { data: { status: string }[] };
  return (await ask<Statuses>(server, `GET ${requirements}/status`, { key })).json.data[0]?.status;
}

/** Consents at the provider; returns the address that the browser is sent back to. */
async function consentAt(url: string) {
  const answer = await fetch(url, { redirect: 'manual' });
  const { pathname, search } = new URL(answer.headers.get('location') ?? '');
  return pathname + search;
}

async function resolve(userId: string) {
  const item = '... on Credentials { config } ... on UserError { message }';
  const selection = `... on ResolvedCredentials { items { __typename ${item} } }`;
  const input = { appId, userId, references: [{ requirementId: calendar }] };
  const { items } = await mutate(server, 'resolveCredentials', input, selection);
  return (items as { __typename: string; config?: { access_token: string } }[])[0];
}

it('completes a requirement by a consent', async () => {
  const { token } = (await mint('ann')).json;
  const begun = await ask<{ data: { url: string } }>(
    server,
    `POST ${requirements}/${calendar}/oauth2/authorize`,
    { key: token },
  );
  expect(begun.status).toBe(200);
  expect(begun.text).toBe(JSON.stringify({ data: { url: begun.json.data.url } }));
  expect(begun.json.data.url.startsWith(provider.authorizationEndpoint)).toBe(true);
  expect(await statusOf(token)).toBe('pending');
  const back = await fetch(`${server.url}${await consentAt(begun.json.data.url)}`);
  expect(back.status).toBe(200);
  expect(await statusOf(token)).toBe('completed');
  const resolved = await resolve('ann');
  expect(await provider.findAccount(resolved?.config?.access_token ?? '')).toBe('A');
}, 60_000);

it('does not complete a consent that was begun in another browser', async () => {
  const at = { send: (sent: Parameters<typeof send>[1]) => send(server.url, sent) } as Parameters<
    typeof openBrowser
  >[0];
  const [theirs, strangers] = [openBrowser(at), openBrowser(at)];
  const { token } = (await mint('bob')).json;
  const { path } = await theirs.connect(token);
  await strangers.connect((await mint('bob')).json.token);
  const begin = async () =>
    consentAt(findOnward(await theirs.submit(`${path}/requirements/${calendar}/authorize`)));
  for (const other of [openBrowser(at), strangers]) {
    const { status, text } = await other.open(await begin());
    expect([status, text.includes('begun in another browser')]).toEqual([400, true]);
    expect(await statusOf(token)).toBe('pending');
  }
  expect((await theirs.open(await begin())).status).toBe(303);
  expect(await statusOf(token)).toBe('completed');
}, 60_000);

it('makes 60 tokens a minute for an address without a key, and 600 for an app', async () => {
  const leftOfMinute = 60_000 - (Date.now() % 60_000);
  if (leftOfMinute < 25_000) await wait(leftOfMinute); // an app's limit counts per minute of the clock
  for (let n = 0; n < 60; n++) expect((await mint('nobody', '198.51.100.1')).status).toBe(201);
  const refused = await mint('nobody', '198.51.100.1');
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.any(String)]);
  let made = 60;
  for (let address = 1; address <= 10; address++) {
    const from = `203.0.113.${address}`;
    const answers = await Promise.all(Array.from({ length: 60 }, () => mint('nobody', from)));
    made += answers.filter(({ status }) => status === 201).length;
    for (const { status } of answers) expect([201, 429]).toContain(status);
  }
  // The tests above have used a few of them, perhaps in the same minute.
  expect(made).toBeLessThanOrEqual(600);
  expect(made).toBeGreaterThanOrEqual(590);
  expect((await mint('nobody', '203.0.113.200')).status).toBe(429);
}, 120_000);
