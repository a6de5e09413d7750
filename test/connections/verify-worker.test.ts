import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startVerifyWorker } from '../../src/features/connections/verify-worker.ts';
import { canary } from '../helpers/canary.ts';
import { createConnection } from '../helpers/connections.ts';
import { stopLocalServers } from '../helpers/providers/local-server.ts';
import { type TestServer, useServer } from '../helpers/server.ts';
import { serveService } from '../helpers/services/http-service.ts';

const env = { OUTBOUND_ALLOW: '127.0.0.1', VERIFY_EVERY: '1s' };
const server = useServer({ env });
const other = useServer({ env, beside: server });

const workers: { stop(until: number): Promise<void> }[] = [];
const start = (...servers: TestServer[]) => {
  for (const { deps } of servers) workers.push(startVerifyWorker(deps));
};

beforeEach(async () => {
  await server.deps.db.connection.deleteMany();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(performance.now() + 5_000)));
  await stopLocalServers();
});

const readRow = (id: string) => server.deps.db.connection.findUniqueOrThrow({ where: { id } });

test('the worker verifies a connection again and again, and its verdict does not change the version', async () => {
  let status = 200;
  const { url, requests } = await serveService(() => ({ status }));
  const { id } = await createConnection(server, { config: { api_key: canary('api-key'), url } });
  start(server);
  await expect.poll(async () => (await readRow(id)).verdict, { timeout: 10_000 }).toBe('ok');
  status = 401;
  await expect.poll(async () => (await readRow(id)).verdict, { timeout: 10_000 }).toBe('refused');
  expect(await readRow(id)).toMatchObject({ version: 1, status: 'active' });
  expect(requests.length).toBeGreaterThan(1);
  const events = await server.deps.db.auditEvent.findMany({
    where: { connectionId: id, actor: 'server' },
  });
  expect(new Set(events.map(({ action }) => action))).toEqual(new Set(['connection.verify']));
});

test('two processes check each connection once in a period, and a host with one request at a time', async () => {
  let running = 0;
  let most = 0;
  const { url, requests } = await serveService(() => ({}));
  const slow = await serveService(
    () => ({}),
    async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(60);
      running -= 1;
    },
  );
  const keys = Array.from({ length: 6 }, () => canary('api-key'));
  for (const api_key of keys)
    await createConnection(server, { config: { api_key, url: slow.url } });
  await createConnection(server, { config: { api_key: canary('api-key'), url } });
  start(server, other);
  await expect.poll(() => slow.requests.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(12);
  expect(most).toBe(1);
  const counts = keys.map(
    (key) => slow.requests.filter(({ headers }) => headers.authorization?.endsWith(key)).length,
  );
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  expect(requests.length).toBeGreaterThan(0);
});

test('the worker leaves out connections that are not active', async () => {
  const { url, requests } = await serveService(() => ({}));
  const { id } = await createConnection(server, { config: { api_key: canary('api-key'), url } });
  await server.deps.db.connection.update({ where: { id }, data: { status: 'expired' } });
  start(server);
  await wait(2_500);
  expect(requests).toEqual([]);
});

test('a worker that stops ends within its time although a host does not answer', async () => {
  const { url, requests } = await serveService(
    () => ({}),
    () => wait(60_000, undefined, { ref: false }),
  );
  await createConnection(server, { config: { api_key: canary('api-key'), url } });
  start(server);
  await expect.poll(() => requests.length, { timeout: 10_000 }).toBe(1);
  const began = performance.now();
  await workers.splice(0)[0]?.stop(began + 300);
  expect(performance.now() - began).toBeLessThan(2_000);
});
