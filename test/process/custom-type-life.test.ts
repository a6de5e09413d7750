import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphqlClient, restClient } from '../helpers/clients.ts';
import {
  adminKey,
  type Environment,
  makeEnvironment,
  makeFolder,
  runTool,
  startServer,
} from '../helpers/process.ts';
import { consentInBrowser } from '../helpers/providers/oauth-provider.browser.ts';
import type { OAuthProvider } from '../helpers/providers/oauth-provider.ts';
import { openProvider } from '../helpers/world.ts';
import { type FrontApp, makeFrontApp } from './browser/front-app.ts';
import { openLink } from './browser/open-link.ts';
import { launchBrowser, openPage, publicUrl } from './browser/pages.ts';
import { type BuiltServer, startBuiltServer } from './built-server.ts';

/*
 * The whole life of an OAuth type that a user has defined: made by a mutation, required of an end user, consented
 * to in a browser, refreshed, verified, called through the proxy, exported and imported.
 */

const type = 'custom.Acme';

let provider: OAuthProvider;
let service: Awaited<ReturnType<typeof serveAccounts>>;
let environment: Environment;
let server: BuiltServer;
let browser: Browser;
let app: FrontApp;
let requirement: string;
let connection: string;

beforeAll(async () => {
  provider = await openProvider('generic', { expiresIn: 2, rotation: 'strict' });
  service = await serveAccounts();
  environment = {
    ...(await makeEnvironment()),
    PUBLIC_URL: publicUrl,
    OUTBOUND_ALLOW: '127.0.0.1',
  };
  server = await startBuiltServer(environment);
  browser = await launchBrowser(server.url);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await provider?.stop();
  await service?.close();
});

/** The service of the type, which returns the account of the access token and what it received. */
async function serveAccounts() {
  const http = createServer((request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const account = provider.findAccount(token);
    response.writeHead(account === undefined ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: account, path: request.url, echo: token }));
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => new Promise<void>((done) => http.close(() => done())),
  };
}

async function mutate(name: string, input: object, selection: string) {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${inputType}!) { result: ${name}(input: $input) {
    __typename ... on UserError { message } ${selection} } }`;
  type Result = Record<string, unknown> & { __typename: string };
  const { data, text } = await server.graphql<{ result: Result }>(document, { input });
  if (data?.result === undefined) throw new Error(text);
  return data.result;
}

const client = () => ({ client_id: provider.client.id, client_secret: provider.client.secret });

async function resolve() {
  const item = '... on Credentials { config } ... on UserError { message }';
  const references = [{ requirementId: requirement }];
  const result = await mutate(
    'resolveCredentials',
    { appId: app.id, userId: 'ann', references },
    `... on ResolvedCredentials { items { __typename ${item} } }`,
  );
  const [found] = result.items as { config?: { access_token: string }; message?: string }[];
  return found?.config?.access_token ?? found?.message;
}

/** Starts the server on a database that is not new, so that it prints no project. */
async function startAgain(on: Environment) {
  const started = await startServer(on);
  return {
    url: started.url,
    graphql: graphqlClient(started.url, adminKey),
    rest: restClient(started.url, adminKey),
    close: async () => {
      await started.end();
    },
  };
}

test('a mutation makes the type', async () => {
  const definition = {
    type,
    label: 'Acme',
    docs_url: 'https://acme.example/docs',
    fields: [
      { name: 'client_id', kind: 'string', required: false },
      { name: 'client_secret', kind: 'string', required: false, secret: true },
      { name: 'scopes', kind: 'string[]', required: false, format: 'scopes' },
    ],
    oauth2: {
      authorization_url: provider.authorizationEndpoint,
      token_url: provider.tokenEndpoint,
      revocation_url: provider.revocationEndpoint,
      default_scopes: ['read'],
      scope_descriptions: { read: 'Read your orders' },
      client_auth: provider.switches.clientAuthentication,
    },
    http: { base_url: `${service.url}/api` },
    verify: { path: '/me', account: { id: '$.id' } },
  };
  const made = await mutate(
    'createConnectionType',
    { definition },
    '... on InvalidInputError { fields { path message } } ... on ConnectionType { type origin canVerify canProxy }',
  );
  expect(made).toEqual({
    __typename: 'ConnectionType',
    type,
    origin: 'CUSTOM',
    canVerify: true,
    canProxy: true,
  });
});

test('an end user consents to it on the connect page, with the client that the app has preset', async () => {
  app = await makeFrontApp(server, publicUrl);
  requirement = await app.ask({ title: 'Your Acme account', spec: { type, preset: client() } });
  const { page, complaints, close } = await openPage(browser, {});
  await openLink(page, await app.linkFor('ann'));
  expect(await page.getByText('Read your orders').count()).toBe(1);
  await page.getByRole('button', { name: 'Continue to Acme' }).click();
  await page.getByRole('heading', { name: 'All set' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
}, 60_000);

test('its token is refreshed once it has ended', async () => {
  const before = provider.counts.refreshes;
  await expect
    .poll(
      async () => {
        const token = await resolve();
        return provider.findAccount(token ?? '') === 'A' && provider.counts.refreshes > before;
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(true);
}, 30_000);

test('the proxy calls its service for the end user, and masks the token', async () => {
  const { status, json, headers } = await server.rest(
    'GET',
    `/v1/requirements/${requirement}/proxy/orders?page=2`,
    { headers: { 'patchbay-user-id': 'ann' } },
  );
  expect([status, headers['patchbay-proxy']]).toEqual([200, 'upstream']);
  expect(json).toEqual({
    id: 'A',
    path: '/api/orders?page=2',
    echo: expect.stringMatching(/^\*+$/),
  });
});

test('a connection of the project works the same way, and is verified', async () => {
  const made = await mutate(
    'createConnection',
    { projectId: server.home.projectId, name: 'Acme of the team', type, config: client() },
    '... on Connection { id status }',
  );
  expect(made.status).toBe('INCOMPLETE');
  connection = String(made.id);
  const begun = await mutate(
    'authorizeConnection',
    { id: connection },
    '... on Authorization { url }',
  );
  const back = await consentInBrowser(String(begun.url), `${publicUrl}/v1/oauth2/callback`);
  expect((await server.rest('GET', `${back.pathname}${back.search}`, { key: null })).status).toBe(
    200,
  );
  const { json } = await server.rest('POST', `/v1/connections/${connection}/verify`);
  expect(json).toMatchObject({ data: { verdict: 'ok', account: { id: 'A' } } });
});

test('an export and an import carry the type with all that uses it', async () => {
  await server.close();
  const file = join(makeFolder(), 'everything.jsonl');
  expect(await runTool(environment, 'export', '--file', file)).toMatchObject({
    code: 0,
    stderr: '',
  });
  const other = { ...environment, ...(await makeEnvironment()) };
  expect((await runTool(other, 'import', '--file', file)).code).toBe(0);
  server = { ...server, ...(await startAgain(other)) };
  const proxied = await server.rest('GET', `/v1/connections/${connection}/proxy/me`);
  expect([proxied.status, proxied.headers['patchbay-proxy']]).toEqual([200, 'upstream']);
  expect(provider.findAccount((await resolve()) ?? '')).toBe('A');
}, 120_000);
