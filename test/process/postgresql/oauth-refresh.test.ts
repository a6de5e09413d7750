import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../helpers/process.ts';
import { readToken, startTwoServers, type TwoServers } from './two-servers.ts';

/* A provider that ends the whole family of tokens when an old refresh token is used again. */

const rounds = Number(process.env.OAUTH_ROUNDS ?? 5);
const leaseTime = 30_000;

let servers: TwoServers;
beforeAll(async () => {
  servers = await startTwoServers({ rotation: 'revoke_family' }, { REFRESH: 'on' });
}, 90_000);
afterAll(() => servers.stop());

it('refreshes once for 200 readers of two processes, round after round', async () => {
  const { provider, a, b } = servers;
  const id = await servers.connect('many readers');
  await provider.set({ delay: { ms: 400, when: 'after', on: 'refresh_token' } });
  for (let round = 0; round < rounds; round += 1) {
    await servers.endToken(id);
    const before = await tokenCalls();
    const reads = Array.from({ length: 200 }, (_, n) => readToken(n % 2 === 0 ? a : b, id));
    const answers = (await Promise.all(reads)).map(({ status, token }) => `${status} ${token}`);
    expect([...new Set(answers)]).toEqual([expect.stringMatching(/^200 at_/)]);
    expect((await tokenCalls()) - before).toBe(1);
  }
  await provider.set({ delay: null });
  expect((await provider.look()).counts.revocations).toBe(0);
}, 180_000);

it('takes over within the lease from a process that was killed, and loses nothing', async () => {
  const { provider, a } = servers;
  const killed = await startServer(servers.environment);
  const id = await servers.connect('killed holder');
  // It waits, and then ends the call without having rotated.
  const failure = { kind: 'reset', on: 'refresh_token', times: 1 } as const;
  await provider.set({ delay: { ms: 2_000, when: 'before', on: 'refresh_token' }, failure });
  await servers.endToken(id);
  const read = readToken(killed, id).catch(() => undefined);
  await expect.poll(() => leaseOwner(id)).not.toBeNull();
  await killed.end('SIGKILL');
  await read;
  const begun = performance.now();
  await expect
    .poll(async () => (await readToken(a, id)).status, {
      timeout: leaseTime + 15_000,
      interval: 500,
    })
    .toBe(200);
  expect(performance.now() - begun).toBeLessThan(leaseTime + 10_000);
  await provider.set({ delay: null, failure: null });
  expect((await provider.look()).counts.revocations).toBe(0);
}, 90_000);

it('does not call the provider when it was held up while it had the right to', async () => {
  const { provider } = servers;
  const held = await startServer(servers.environment);
  const id = await servers.connect('paused holder');
  await servers.endToken(id);
  const before = await tokenCalls();
  const { read } = await pauseUnderLease(held, id);
  await wait(16_000); // less than 15 s of the lease are left then
  process.kill(held.pid, 'SIGCONT');
  expect([502, 503]).toContain((await read).status);
  expect((await tokenCalls()) - before).toBe(0);
  expect((await readToken(servers.a, id)).status).toBe(200);
  expect((await provider.look()).counts.revocations).toBe(0);
  await held.end();
}, 90_000);

/** Stops a process between taking the lease and calling the provider: a fresh one reserves seals in between. */
async function pauseUnderLease(held: ServerProcess, id: string) {
  const client = new pg.Client({ connectionString: servers.cluster.url() });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM data_key FOR UPDATE');
  const read = readToken(held, id);
  await expect.poll(() => leaseOwner(id)).not.toBeNull();
  await wait(300);
  process.kill(held.pid, 'SIGSTOP');
  await client.query('COMMIT');
  await client.end();
  return { read };
}

async function tokenCalls(): Promise<number> {
  const { calls } = await servers.provider.look();
  return calls.filter(({ operation }) => operation === 'refresh_token').length;
}

async function leaseOwner(id: string): Promise<string | null> {
  const text = 'SELECT lease_owner FROM oauth_grant WHERE connection_id = $1';
  const [row] = await servers.query<{ lease_owner: string | null }>(text, [id]);
  return row?.lease_owner ?? null;
}
