import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMigratedCluster } from '../../helpers/migrated-cluster.ts';
import {
  environmentOn,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startRefused,
  startServer,
} from '../../helpers/process.ts';
import type { Cluster } from '../../setup/cluster.ts';
import {
  type Answer,
  dataOf,
  fetchApiKey,
  openAi,
  send,
  sendOperation,
  storeOpenAi,
} from '../requests.ts';

/** Pause after each refusal of a client in milliseconds, because the outage takes seconds. */
const breath = 100;

let cluster: Cluster;
let server: ServerProcess;
let projectId: string;
let id: string;

beforeAll(async () => {
  cluster = await startMigratedCluster();
  server = await startServer(environmentOn(cluster.url()));
  projectId = await projectOf(server);
  id = await storeOpenAi(server, projectId, 'from before', 'a secret');
}, 90_000);

afterAll(async () => {
  await server?.end();
  await cluster?.stop();
});

it('returns 503 while PostgreSQL is down, and recovers by itself', async () => {
  await cluster.crash();
  await expectUnavailable();
  expect((await send(server, 'GET /health')).status).toBe(200);
  await cluster.restart();
  await expect.poll(async () => (await send(server, 'GET /ready')).status).toBe(200);
  expect(await fetchApiKey(server, id)).toBe('a secret');
  await storeOpenAi(server, projectId, 'from afterwards', 'another secret');
}, 60_000);

it('returns 503 within seconds while PostgreSQL is connected but silent, and recovers', async () => {
  cluster.pause();
  const begun = performance.now();
  await expectUnavailable();
  expect(performance.now() - begun).toBeLessThan(15_000);
  cluster.resume();
  await expect
    .poll(async () => (await send(server, 'GET /ready')).status, { timeout: 10_000 })
    .toBe(200);
  expect(await fetchApiKey(server, id)).toBe('a secret');
}, 60_000);

it('has stored every connection with a 201 response, at any moment of the outage', async () => {
  const stored = new Map<string, string>();
  const refused: Answer[] = [];
  let cut = 0;
  let over = false;
  const client = async (name: string) => {
    for (let n = 0; !over; n++) {
      const body = openAi(projectId, `${name} ${n}`, `secret of ${name} ${n}`);
      const answer = await send(server, 'POST /v1/connections', { body });
      if (answer.status === 201) stored.set(dataOf<{ id: string }>(answer).id, `${name} ${n}`);
      else {
        refused.push(answer);
        await wait(breath);
      }
    }
  };
  const clients = Promise.all(Array.from({ length: 20 }, (_, n) => client(`client ${n}`)));
  for (let outage = 0; outage < 2; outage++) {
    const [before, failed] = [stored.size, refused.length];
    await expect.poll(() => stored.size - before, { timeout: 20_000 }).toBeGreaterThan(50);
    await cluster.crash();
    await expect.poll(() => refused.length - failed, { timeout: 20_000 }).toBeGreaterThan(20);
    await cluster.restart();
    cut++;
  }
  const before = stored.size;
  await expect.poll(() => stored.size - before, { timeout: 20_000 }).toBeGreaterThan(20);
  over = true;
  await clients;
  expect(cut).toBe(2);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  expect(new Set(refused.map(({ text }) => JSON.parse(text).error.code))).toEqual(
    new Set(['unavailable']),
  );
  for (const [storedId, name] of stored) {
    expect(await fetchApiKey(server, storedId)).toBe(`secret of ${name}`);
  }
}, 120_000);

it('says at the start that PostgreSQL cannot be reached, without the password in DATABASE_URL', async () => {
  const DATABASE_URL = 'postgresql://patchbay:hunter2@127.0.0.1:1/patchbay';
  const { code, stdout, stderr } = await startRefused({
    ...(await makeEnvironment()),
    DATABASE_URL,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/database cannot be reached/i);
  expect(stdout + stderr).not.toContain('hunter2');
  expect(stderr).not.toMatch(/\n {4}at /);
}, 60_000);

it('says at the start that there is no such database, without the password', async () => {
  const url = new URL(cluster.url('no_such_database'));
  url.password = 'hunter2';
  const environment = environmentOn(url.href);
  const { code, stdout, stderr } = await startRefused(environment);
  expect(code).toBe(1);
  expect(stderr).toContain('There is no database "no_such_database"');
  expect(stdout + stderr).not.toContain('hunter2');
}, 60_000);

/** Expects that REST and GraphQL name the database, and that `/ready` takes the process out of service. */
async function expectUnavailable(): Promise<void> {
  const [list, credentials, operation, ready] = await Promise.all([
    send(server, `GET /v1/connections?project_id=${projectId}`),
    send(server, `POST /v1/connections/${id}/credentials`),
    sendOperation(server, '{ viewer { kind } }'),
    send(server, 'GET /ready', { key: null }),
  ]);
  for (const { status, text } of [list, credentials]) {
    expect([status, JSON.parse(text).error.code]).toEqual([503, 'unavailable']);
  }
  expect(JSON.parse(operation.text).errors[0].extensions.code).toBe('UNAVAILABLE');
  expect(ready.status).toBe(503);
}
