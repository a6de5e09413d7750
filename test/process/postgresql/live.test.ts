import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startMigratedCluster } from '../../helpers/migrated-cluster.ts';
import {
  adminKey,
  environmentOn,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import {
  kindsOf,
  type Subscription,
  subscribe,
  watchConnections,
} from '../../helpers/subscription.ts';
import type { Cluster } from '../../setup/cluster.ts';
import { administer } from '../../setup/postgresql.ts';
import { dataOf, send, sendOperation, storeOpenAi } from '../requests.ts';

/** The number of clients that read nothing. */
const idleClients = 16;

let cluster: Cluster;
let a: ServerProcess;
let b: ServerProcess;
let projectId: string;
const open: Subscription<never>[] = [];

beforeAll(async () => {
  cluster = await startMigratedCluster();
  const environment = {
    ...environmentOn(cluster.url()),
    LIMIT_SUBSCRIPTIONS: String(idleClients + 1),
  };
  a = await startServer(environment);
  b = await startServer(environment);
  projectId = await projectOf(a);
}, 90_000);

afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close();
});

afterAll(async () => {
  await Promise.all([a?.end(), b?.end()]);
  await cluster?.stop();
});

async function watch(server: ServerProcess, key = adminKey, project = projectId) {
  const subscription = await watchConnections(server.url, { projectId: project }, key);
  open.push(subscription as Subscription<never>);
  return subscription;
}

const store = (server: ServerProcess, name: string, project = projectId) =>
  storeOpenAi(server, project, name, 'a secret');

async function createKey(name: string, project: string | null) {
  type Made = { createAccessKey: { secret: string; accessKey: { id: string } } };
  const mutation = `mutation ($name: String!, $project: ID) { createAccessKey(input: {
    name: $name, role: VIEWER, projectId: $project }) { ... on CreatedAccessKey { secret accessKey { id } } } }`;
  const made = await sendOperation(a, mutation, { name, project });
  return dataOf<Made>(made).createAccessKey;
}

it('sends an event of the other process within a second, and only to subscribers who may see it', async () => {
  const made = await sendOperation(
    a,
    'mutation { createProject(input: { name: "another" }) { ... on Project { id } } }',
  );
  const other = dataOf<{ createProject: { id: string } }>(made).createProject.id;
  const { secret: key } = await createKey('of one project', projectId);
  const [mine, others] = [await watch(a, key), await watch(a, adminKey, other)];
  const refused = await watch(a, key, other);
  const times: number[] = [];
  for (let n = 0; n < 20; n++) {
    await store(b, `hidden ${n}`, other);
    const begun = performance.now();
    const id = await store(b, `told ${n}`);
    const events = await mine.have(n + 1, 1_000);
    times.push(performance.now() - begun);
    expect(kindsOf(events).at(-1)).toEqual(['CREATED', id]);
  }
  expect(times.toSorted((x, y) => x - y)[10]).toBeLessThan(500);
  expect(await others.have(20)).toHaveLength(20);
  expect(mine.events).toHaveLength(20);
  expect(refused.events[0]?.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
}, 60_000);

it('loses no change when the listening sessions are terminated repeatedly', async () => {
  const subscription = await watch(a);
  const terminate = () =>
    administer(
      cluster.url(),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE query LIKE 'LISTEN%' OR (query = 'SELECT 1' AND application_name = 'patchbay')`,
    );
  const stored: string[] = [];
  for (let n = 0; n < 60; n++) {
    // A terminated session is opened again after a moment, in which there is none to terminate.
    if (n % 15 === 5) await expect.poll(async () => (await terminate()).length).toBeGreaterThan(0);
    stored.push(await store(b, `terminated ${n}`));
  }
  expect(kindsOf(await subscription.have(60, 5_000))).toEqual(stored.map((id) => ['CREATED', id]));
}, 60_000);

it('loses no change when the database is restarted', async () => {
  const subscription = await watch(a);
  const stored: string[] = [];
  const outage = (async () => {
    await wait(300);
    await cluster.crash();
    await wait(1_500);
    await cluster.restart();
  })();
  for (let n = 0; stored.length < 40 && n < 4_000; n++) {
    const id = await store(b, `restarted ${n}`).catch(() => undefined);
    if (id !== undefined) stored.push(id);
    else await wait(50);
  }
  await outage;
  await expect.poll(async () => (await send(a, 'GET /ready')).status).toBe(200);
  const last = await store(b, 'after the restart');
  const toldIds = () => kindsOf(subscription.events).map(([, id]) => id);
  await expect.poll(toldIds, { timeout: 15_000 }).toContain(last);
  // A request whose response was cut off may have been stored and announced.
  const told = toldIds();
  for (const id of [...stored, last]) expect(told.filter((one) => one === id)).toEqual([id]);
  expect(stored).toHaveLength(40);
}, 90_000);

it('ends the stream of a key that is revoked on the other process', async () => {
  const { secret, accessKey } = await createKey('to be revoked', projectId);
  const subscription = await watch(a, secret);
  await sendOperation(
    b,
    'mutation ($id: ID!) { revokeAccessKey(input: { id: $id }) { __typename } }',
    { id: accessKey.id },
  );
  await store(b, 'after it was revoked');
  const [event] = await subscription.have(1, 8_000);
  expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(await subscription.ended).toEqual({ complete: true });
}, 30_000);

it('does not grow in memory while clients read nothing', async () => {
  const rows =
    'project { connections(first: 100) { nodes { id name type createdAt connectionType { label } } } }';
  const many = Array.from({ length: 6 }, (_, n) => `c${n}: ${rows}`).join(' ');
  const query = `subscription ($projectId: ID!) { connectionChanged(projectId: $projectId) { connection { ${many} } } }`;
  const variables = { projectId };
  const reader = await subscribe(a.url, query, { key: adminKey, variables });
  open.push(reader as Subscription<never>);
  await store(b, 'to know how large an event is');
  const size = JSON.stringify(await reader.have(1)).length / 2 ** 20;
  reader.close();
  const idle = await Promise.all(
    Array.from({ length: idleClients }, () =>
      fetch(`${a.url}/graphql`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${adminKey}`,
          'Content-Type': 'application/json',
          Accept: 'text/event-stream',
        },
        body: JSON.stringify({ query, variables }),
      }),
    ),
  );
  const before = residentMegabytes(a);
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, n) => store(b, `unread ${round} ${n}`)));
  }
  await wait(1_000);
  const grown = residentMegabytes(a) - before;
  const unbounded = idleClients * 300 * size;
  expect(unbounded).toBeGreaterThan(300);
  expect(grown).toBeLessThan(unbounded / 2);
  for (const { body } of idle) await body?.cancel();
}, 120_000);

function residentMegabytes({ pid }: ServerProcess): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

it('stops at once while streams are open, and ends them without `complete`', async () => {
  const subscription = await watch(b);
  const begun = performance.now();
  await b.end();
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await subscription.ended).toEqual({ complete: false });
}, 30_000);
