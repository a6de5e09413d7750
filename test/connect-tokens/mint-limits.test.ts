import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { mintToken, postToken } from '../helpers/connect-tokens.ts';
import type { Failure } from '../helpers/connections.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

let first: TestServer | undefined;
let servers: TestServer[] = [];
let app: App;

/** Starts one more process on the same database; client addresses come from a proxy. */
async function start(env: Record<string, string>): Promise<TestServer> {
  const server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', ...env }, first);
  if (first === undefined) first = server;
  else servers.push(server);
  return server;
}

beforeEach(async () => {
  const { deps, home } = first ?? (await start({}));
  app = await seedApp(deps.db, home.projectId, { visibility: 'public' });
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});
afterAll(() => first?.close());

let addresses = 0;
const someAddress = () => `10.0.${Math.floor(++addresses / 250)}.${addresses % 250}`;

const mint = (server: TestServer, address: string, body?: unknown, key: string | null = null) =>
  postToken(server, app, body, { key, headers: { 'x-forwarded-for': address } });

/** Counts the responses by status. */
async function statusesOf(answers: Promise<{ status: number }>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const times = <Made>(count: number, make: (n: number) => Made) =>
  Array.from({ length: count }, (_, n) => make(n));

test('an address gets 60 tokens a minute, and then a Retry-After', async () => {
  const server = await start({});
  expect(await statusesOf(times(100, () => mint(server, '192.0.2.7')))).toEqual({
    201: 60,
    429: 40,
  });
  const { status, headers, json } = await mint(server, '192.0.2.7');
  expect(status).toBe(429);
  expect(Number(headers['retry-after'])).toBeGreaterThan(50);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(json as unknown as Failure).toEqual({
    error: {
      code: 'too_many_requests',
      message: expect.stringMatching(
        /^Without a key, 60 connect tokens a minute can be created from one address\. Try again in \d+ s\.$/,
      ),
    },
  });
  expect((await mint(server, '192.0.2.8')).status).toBe(201);
});

test('the addresses of an IPv6 /64 share a limit', async () => {
  const server = await start({ LIMIT_MINTS_PER_ADDRESS: '3' });
  const within = times(10, (n) => mint(server, `2001:db8:0:7::${n + 1}`));
  expect(await statusesOf(within)).toEqual({ 201: 3, 429: 7 });
  expect((await mint(server, '2001:db8:0:8::1')).status).toBe(201);
});

test('a caller with a key has no limit per address', async () => {
  const server = await start({ LIMIT_MINTS_PER_ADDRESS: '1', LIMIT_MINTS_PER_APP: '2' });
  await Promise.all(times(5, (n) => mint(server, `192.0.2.${n}`)));
  const withKey = times(20, () => mint(server, '192.0.2.1', undefined, server.adminKey));
  expect(await statusesOf(withKey)).toEqual({ 201: 20 });
  expect(await mintToken(server, app)).toMatch(/^eyJ/);
});

test('a refusal for the limit comes before a bad body, after an invalid one, and a bad key before both', async () => {
  const server = await start({ LIMIT_MINTS_PER_ADDRESS: '1' });
  expect((await mint(server, '192.0.2.9', { user_id: '' })).status).toBe(400);
  expect((await mint(server, '192.0.2.9')).status).toBe(201);
  expect((await mint(server, '192.0.2.9', { user_id: '' })).status).toBe(429);
  expect((await mint(server, '192.0.2.9', undefined, 'nonsense')).status).toBe(401);
  const headers = {
    host: app.hostname,
    'x-forwarded-for': '192.0.2.9',
    'content-type': 'text/plain',
  };
  const sent = { method: 'POST', path: '/v1/connect/tokens', headers, body: 'x' };
  const { status } = await server.send({
    ...sent,
    headers: { ...headers, 'content-length': '1' },
  });
  expect(status).toBe(415);
});

test('an app has a limit of tokens a minute over all processes', async () => {
  const env = { LIMIT_MINTS_PER_APP: '36', LIMIT_MINTS_PER_ADDRESS: '1' };
  const [one, two] = [await start(env), await start(env)];
  const asked = times(60, () => [mint(one, someAddress()), mint(two, someAddress())]);
  expect(await statusesOf(asked.flat())).toEqual({ 201: 36, 429: 84 });
  for (const server of [one, two]) {
    const { status, headers, text } = await mint(server, someAddress());
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(30);
    expect(text).toContain('Without a key, 36 connect tokens a minute can be created for one app.');
  }
  const statements = await statementsOf(() => mint(one, someAddress()));
  expect(statements.filter((text) => text.includes('mint_window'))).toEqual([]);
});

test('another app and the next minute have their own limit', async () => {
  const env = { LIMIT_MINTS_PER_APP: '2' };
  const server = await start(env);
  const ask = (from: TestServer) => statusesOf(times(5, () => mint(from, someAddress())));
  const full = app;
  expect(await ask(server)).toEqual({ 201: 2, 429: 3 });
  app = await seedApp(server.deps.db, server.home.projectId, { visibility: 'public' });
  expect(await ask(server)).toEqual({ 201: 2, 429: 3 });
  app = full;
  const later = await start(env);
  expect(await ask(later)).toEqual({ 429: 5 });
  await server.deps.db.$executeRaw`
    UPDATE mint_window SET started_at = started_at - interval '1 minute' WHERE app_id = ${app.id}::uuid`;
  expect(await ask(await start(env))).toEqual({ 201: 2, 429: 3 });
});

test('counting 600 tokens of an app takes 13 statements', async () => {
  const server = await start({ LIMIT_MINTS_PER_ADDRESS: '1000' });
  const statements = await statementsOf(async () => {
    for (let round = 0; round < 7; round += 1) {
      await Promise.all(times(100, () => mint(server, '192.0.2.10')));
    }
  });
  const { taken } = await server.deps.db.mintWindow.findUniqueOrThrow({ where: { appId: app.id } });
  expect(taken).toBe(650);
  expect(statements.filter((text) => text.includes('mint_window'))).toHaveLength(13);
});

test('a deleted app’s permits make no tokens', async () => {
  const server = await start({});
  expect((await mint(server, someAddress())).status).toBe(201);
  await server.deps.db.app.delete({ where: { id: app.id } });
  expect((await mint(server, someAddress())).status).toBe(404);
});
