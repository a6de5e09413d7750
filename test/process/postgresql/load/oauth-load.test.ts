import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  adminKey,
  type Environment,
  launchScript,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../../helpers/process.ts';
import {
  launchOAuthProvider,
  type OAuthProviderProcess,
} from '../../../helpers/providers/oauth-provider.control.ts';
import { seedGrants } from '../seed-grants.ts';
import { clientOf } from '../two-servers.ts';

/* Many tokens of one host and one project are due at once; the worker uses a quarter of its slots for them. */

/** The number of due tokens; with `OAUTH_DUE=10000` the test also compares the readers' times. */
const due = Number(process.env.OAUTH_DUE ?? 1_000);
/** The milliseconds in which they become due: 10,000 in a minute. */
const window = due * 6;
const fresh = 100;
/** The number of refreshes before the measurement, which warm the server's code up. */
const warming = 500;
/** The response time of the provider in milliseconds. */
const providerTime = 50;
/** How long the readers are measured before the load for comparison, in milliseconds. */
const calm = due >= 10_000 ? 20_000 : 0;
/** Milliseconds between writing the due times and the first due time. */
const lead = 3_000;
/** Milliseconds until a reader measures. */
const readerStart = 2_000;
const mebibyte = 1_048_576;

let environment: Environment;
let provider: OAuthProviderProcess;
let server: ServerProcess;
let client: pg.Client;
let dueIds: string[];
let freshIds: string[];

beforeAll(async () => {
  provider = await launchOAuthProvider({ switches: { clientAuthentication: 'body' } });
  environment = { ...(await makeEnvironment()), ...clientOf(provider), LOG_LEVEL: 'warn' };
  server = await startServer(environment);
  client = new pg.Client({ connectionString: environment.DATABASE_URL });
  await client.connect();
  const where = {
    projectId: await projectOf(server),
    tokenHost: new URL(provider.tokenEndpoint).host,
  };
  const issued = await provider.issue(due + fresh + warming);
  const ids = await seedGrants(environment, { ...where, issued });
  [dueIds, freshIds] = [ids.slice(0, due), ids.slice(due, due + fresh)];
  await client.query('ANALYZE');
  await makeDue(ids.slice(due + fresh), 0);
  while ((await refreshed()) < warming) await wait(100);
  const delay = { ms: providerTime, when: 'before' } as const;
  await provider.reset({ clientAuthentication: 'body', delay });
}, 120_000);

afterAll(async () => {
  await client?.end();
  await server?.end();
  await provider?.process.end();
});

it(`keeps up with ${due} tokens that are due within ${window / 1_000} s, in little memory, while reads continue`, async () => {
  const before = calm > 0 ? await measureReads(calm) : undefined;
  await makeDue(dueIds, window, lead);
  await wait(lead - readerStart);
  const reading = await startReading();
  const memory = watchMemory();
  const begun = performance.now();
  await wait(window);
  await expect
    .poll(refreshed, { timeout: window * 3 + 20_000, interval: 1_000 })
    .toBe(warming + due);
  const took = performance.now() - begun;
  const during = await reading.stop();
  const { first, most } = memory.stop();
  const shown = { due, took, before, during, first, most };
  if (process.env.OAUTH_DUE !== undefined) process.stdout.write(`${JSON.stringify(shown)}\n`);
  // The next generation follows the jitter of the last due time by moments, not by minutes.
  expect(took).toBeLessThan(window + 15_000);
  expect(most - first).toBeLessThan(200 * mebibyte);
  if (before) expect(during.p99).toBeLessThan(2 * before.p99);
}, 300_000);

it('has called the provider once for each token, with at most a quarter of the slots at a time', async () => {
  const { counts, calls, issued } = await provider.look();
  expect(counts).toMatchObject({ refreshes: due, reuses: 0, revocations: 0 });
  expect(calls).toHaveLength(due);
  const generations = new Map<number, number>();
  for (const { family } of issued) generations.set(family, (generations.get(family) ?? 0) + 1);
  const times = [...generations.values()];
  expect(times.filter((count) => count === 2)).toHaveLength(warming + due);
  expect(times.filter((count) => count === 1)).toHaveLength(fresh);
});

async function makeDue(ids: string[], within: number, from = 0): Promise<void> {
  await client.query(
    `UPDATE oauth_grant SET next_refresh_at = now() + make_interval(secs => $3::float8 + random() * $2::float8)
     WHERE connection_id = ANY($1::uuid[])`,
    [ids, within / 1_000, from / 1_000],
  );
}

async function refreshed(): Promise<number> {
  const text = 'SELECT count(*)::int AS count FROM oauth_grant WHERE token_version = 2';
  const { rows } = await client.query<{ count: number }>(text);
  return rows[0]?.count ?? 0;
}

/** Measures reads of other connections from another process. */
async function startReading() {
  const told = { url: server.url, authorization: `Bearer ${adminKey}`, ids: freshIds };
  const reader = launchScript(join(import.meta.dirname, 'reader.main.ts'), told);
  await reader.said(/^reading$/m);
  return {
    async stop() {
      await reader.end();
      const [, line = ''] = /^(\[.*\])$/m.exec(reader.stdout()) ?? [];
      if (line === '') throw new Error(`A read failed: ${reader.stderr()}`);
      const sorted = (JSON.parse(line) as number[]).sort((one, other) => one - other);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
      return { reads: sorted.length, p50: at(0.5), p99: at(0.99) };
    },
  };
}

async function measureReads(milliseconds: number) {
  const reading = await startReading();
  await wait(readerStart + milliseconds);
  return reading.stop();
}

/** The server's resident memory, in bytes. */
function watchMemory() {
  const seen: number[] = [];
  const look = async () => {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    seen.push(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024);
  };
  void look();
  const timer = setInterval(() => void look(), 250);
  return {
    stop() {
      clearInterval(timer);
      return { first: seen[0] ?? Number.NaN, most: Math.max(...seen) };
    },
  };
}
