import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { send } from '../requests.ts';

/* Hostile and careless requests are refused at once, while other clients are served as before. */

const soon = 250;
const openAi = 'dynamiq.connections.OpenAI';

let server: ServerProcess;
let projectId: string;
beforeAll(async () => {
  server = await startServer(await makeEnvironment());
  projectId = await projectOf(server);
}, 90_000);
afterAll(() => server?.end());

const keys = (count: number, value = '1') =>
  `{${Array.from({ length: count }, (_, n) => `"k${n.toString(36)}":${value}`).join()}}`;
const list = (count: number, item: string) => `[${Array(count).fill(item).join()}]`;
const withVariables = (type: string, field: string, input: string) =>
  `{"query":"mutation($input: ${type}!) { ${field}(input: $input) { __typename } }","variables":{"input":${input}}}`;
const submit = (input: string) =>
  withVariables('SubmitRequirementCredentialsInput', 'submitRequirementCredentials', input);
const resolve = (input: string) =>
  withVariables('ResolveCredentialsInput', 'resolveCredentials', input);
const create = (config: string) =>
  `{"project_id":"${projectId}","name":"n","type":"${openAi}","config":${config}}`;
const skip = (value: string) =>
  JSON.stringify({
    query: 'query($b: Boolean!) { viewer @skip(if: $b) { kind } }',
    variables: { b: value },
  });

type Hostile = [what: string, route: string, key: string | null, body: () => string];

const hostile: Hostile[] = [
  [
    '31 KB of unknown keys',
    'POST /graphql',
    adminKey,
    () => submit(keys(900, '"xxxxxxxxxxxxxxxxxxxxxxxxx"')),
  ],
  ['1 MB of unknown keys', 'POST /graphql', adminKey, () => submit(keys(90_000))],
  [
    '1 MB of one unknown key',
    'POST /graphql',
    adminKey,
    () => submit(`{"${'k'.repeat(1_000_000)}":1}`),
  ],
  [
    '1 MB of nested lists',
    'POST /graphql',
    adminKey,
    () => resolve(`{"references":${'['.repeat(500_000)}${']'.repeat(500_000)}}`),
  ],
  [
    '1 MB of text like a message',
    'POST /graphql',
    null,
    () => skip('got invalid value '.repeat(57_000)),
  ],
  [
    '500,000 wrong items',
    'POST /graphql',
    adminKey,
    () => resolve(`{"references":${list(500_000, '1')}}`),
  ],
  [
    '10,000 wrong values',
    'POST /v1/connections',
    adminKey,
    () => create(`{"a":${list(9, list(999, '1'))}}`),
  ],
  [
    '120,000 unknown keys',
    'POST /v1/connections',
    adminKey,
    () =>
      create(
        keys(120_000)
          .slice(0, -1)
          .slice(0, 1_000_000)
          .replace(/,[^,]*$/, '}'),
      ),
  ],
  ['1,000 unknown keys', 'POST /v1/connections', adminKey, () => create(keys(1_000))],
  [
    '8 KB of repeated fields',
    'POST /graphql',
    null,
    () => JSON.stringify({ query: `{ viewer { ${'kind '.repeat(1_600)} } }` }),
  ],
  ['1 MB of a form', 'POST /connect', null, () => 'a&'.repeat(500_000)],
];

/** Made once, because the work of this process would count as the server's time. */
const bodies = new Map<string, string>();

async function ask([what, route, key, body]: Hostile) {
  const isForm = route.endsWith('/connect');
  const text = bodies.get(what) ?? body();
  bodies.set(what, text);
  const headers = isForm
    ? { 'Content-Type': 'application/x-www-form-urlencoded' }
    : { Accept: 'application/graphql-response+json' }; // with its own statuses
  const begun = performance.now();
  const answer = await send(server, route, { key, body: text, headers });
  return { ms: performance.now() - begun, ...answer };
}

/** Returns a quantile of the numbers; 0.5 is the median. */
const quantile = (numbers: readonly number[], part: number) =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length * part)] ?? 0;

/** Requests /health repeatedly during `work`; returns how long each response took. */
async function healthBeside(work: () => Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const took: number[] = [];
  const poll = async () => {
    while (!isOver) {
      const begun = performance.now();
      expect((await send(server, 'GET /health', { key: null })).status).toBe(200);
      took.push(performance.now() - begun);
      await wait(10);
    }
  };
  const polled = poll();
  await work().finally(() => {
    isOver = true;
  });
  await polled;
  return took;
}

const residentMegabytes = () =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)]).toString()) / 1_024;

describe('a hostile request is refused at once', () => {
  it.each(hostile)(
    '%s',
    async (...request) => {
      const took: number[] = [];
      const health = await healthBeside(async () => {
        for (let times = 0; times < 5; times += 1) {
          const { ms, status, text } = await ask(request);
          expect([400, 401, 413]).toContain(status);
          expect(text.length).toBeLessThan(30_000);
          took.push(ms);
        }
      });
      expect(quantile(took, 0.5)).toBeLessThan(soon);
      expect(quantile(health, 0.9)).toBeLessThan(soon);
    },
    30_000,
  );
});

it('60 clients that do not read GraphiQL and 20 that send a body slowly take little memory and time', async () => {
  const page = () => send(server, 'GET /graphql', { key: null, headers: { Accept: 'text/html' } });
  expect((await page()).status).toBe(200);
  const before = residentMegabytes();
  const open = (start: string) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(start);
    return socket;
  };
  const unread = 'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n';
  const slow =
    'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{';
  const sockets = [...Array(60).fill(unread), ...Array(20).fill(slow)].map(open);
  const health = await healthBeside(() => wait(2_000));
  expect(residentMegabytes() - before).toBeLessThan(100);
  expect(quantile(health, 0.9)).toBeLessThan(soon);
  for (const socket of sockets) socket.destroy();
}, 60_000);

it('1,000 hostile requests in a row do not increase the memory', async () => {
  const small = hostile.filter(([, , , body]) => body().length < 100_000);
  const run = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      // Of ten, one is a megabyte.
      const from = n % 10 === 0 ? hostile : small;
      await ask(from[n % from.length] as Hostile);
    }
  };
  await run(300);
  const before = residentMegabytes();
  let health: number[] = [];
  let growth = Number.POSITIVE_INFINITY;
  // Garbage is collected from time to time; a leak remains after any number of rounds.
  for (let round = 0; round < 3 && growth >= 80; round += 1) {
    health = await healthBeside(() => run(1_000));
    growth = residentMegabytes() - before;
  }
  expect(growth).toBeLessThan(80);
  expect(quantile(health, 0.9)).toBeLessThan(soon);
}, 180_000);
