import { afterEach, expect, test } from 'vitest';
import { openStreams } from '../../src/core/changes/stream-slots.ts';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { mintToken, postToken } from '../helpers/connect-tokens.ts';
import { startTestServer, type TestServer, useServer } from '../helpers/server.ts';
import { type Subscription, subscribe } from '../helpers/subscription.ts';

/* The limits on open subscriptions of a process. */

const first = useServer();
let server: TestServer | undefined;
const open: Subscription<unknown>[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await server?.close();
  server = undefined;
});

async function start(env: Record<string, string>): Promise<TestServer> {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', ...env }, first);
  return server;
}

const makeApp = () => seedApp(first.deps.db, first.home.projectId, { visibility: 'public' });
const mint = async (app: App) => (await postToken(first, app)).json.token;

/** Subscribes; returns why it was refused, and undefined when it was not. */
async function watch(on: TestServer, key: string, address = '192.0.2.1') {
  const own = key.startsWith('eyJ');
  const query = own
    ? 'subscription { requirementStatusChanged { id } }'
    : `subscription { connectionChanged(projectId: "${on.home.projectId}") { kind } }`;
  const headers = { 'x-forwarded-for': address };
  const before = openStreams(on.deps);
  const stream = await subscribe(on.url, query, { key, headers });
  open.push(stream);
  expect(stream.status).toBe(200);
  if (openStreams(on.deps) > before) return undefined;
  const [event] = await stream.have(1);
  expect(await stream.ended).toEqual({ complete: true });
  expect(event?.errors?.[0]?.extensions.code).toBe('TOO_MANY_REQUESTS');
  return event?.errors?.[0]?.message;
}

let addresses = 0;
const someAddress = () => `10.3.0.${++addresses}`;

test('a connect token has 10 subscriptions', async () => {
  const on = await start({});
  const token = await mint(await makeApp());
  for (let count = 0; count < 10; count += 1) expect(await watch(on, token)).toBeUndefined();
  expect(await watch(on, token)).toBe(
    'This credential has 10 subscriptions open already, which is the limit. Close one first.',
  );
  open.pop();
  open.pop()?.close();
  await expect.poll(() => openStreams(on.deps)).toBe(9);
  expect(await watch(on, token)).toBeUndefined();
});

test('an app’s tokens without a key share a limit, which does not count for tokens with a key or other apps', async () => {
  const on = await start({ LIMIT_SUBSCRIPTIONS_PER_APP: '3' });
  const [app, other] = [await makeApp(), await makeApp()];
  const fill = async (token: () => Promise<string>) => {
    for (let count = 0; count < 3; count += 1) {
      expect(await watch(on, await token(), someAddress())).toBeUndefined();
    }
    expect(await watch(on, await token(), someAddress())).toBe(
      'The users of this app have 3 subscriptions open already, which is the limit. Try again later; until then, ask for the status every few seconds.',
    );
  };
  await fill(() => mint(app));
  await fill(() => mintToken(on, app));
  await fill(() => mint(other));
  expect(await watch(on, on.adminKey)).toBeUndefined();
});

test('an address has a limit for tokens without a key over all apps', async () => {
  const on = await start({ LIMIT_SUBSCRIPTIONS_PER_ADDRESS: '2' });
  const app = await makeApp();
  expect(await watch(on, await mint(app))).toBeUndefined();
  expect(await watch(on, await mint(await makeApp()))).toBeUndefined();
  expect(await watch(on, await mint(app))).toMatch(/this address has 2 subscriptions open already/);
  expect(await watch(on, await mint(app), someAddress())).toBeUndefined();
  expect(await watch(on, await mintToken(on, app))).toBeUndefined();
});

test('a process has a limit, and tokens without a key have half of it', async () => {
  const on = await start({ LIMIT_SUBSCRIPTIONS_PER_PROCESS: '4' });
  const stranger = async () => watch(on, await mint(await makeApp()), someAddress());
  expect([await stranger(), await stranger()]).toEqual([undefined, undefined]);
  expect(await stranger()).toMatch(/made without a key, this server has 2 subscriptions open/);
  expect([await watch(on, on.adminKey), await watch(on, on.adminKey)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(await watch(on, on.adminKey)).toMatch(
    /^This server has 4 subscriptions open already, which is the limit\. .*LIMIT_SUBSCRIPTIONS_PER_PROCESS/,
  );
  open.pop();
  open.pop()?.close();
  await expect.poll(() => openStreams(on.deps)).toBe(3);
  expect(await watch(on, on.adminKey)).toBeUndefined();
});
