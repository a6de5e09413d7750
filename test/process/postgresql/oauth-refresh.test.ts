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
  servers = await startTwoServers(
    { rotation: 'revoke_family', recordValues: ['refresh_token'] },
    { REFRESH: 'on' },
  );
}, 90_000);
afterAll(() => servers.stop());

it('refreshes once for 200 readers of two processes in every round', async () => {
  const { provider, a, b } = servers;
  const id = await servers.connect('many readers');
  await provider.set({ delay: { ms: 400, when: 'after', on: 'refresh_token' } });
  for (let round = 0; round < rounds; round += 1) {
    await servers.endToken(id);
    const before = (await refreshes()).length;
    const reads = Array.from({ length: 200 }, (_, n) => readToken(n % 2 === 0 ? a : b, id));
    const answers = (await Promise.all(reads)).map(({ status, token }) => `${status} ${token}`);
    expect([...new Set(answers)]).toEqual([expect.stringMatching(/^200 at_/)]);
    expect(await refreshes()).toHaveLength(before + 1);
  }
  await provider.set({ delay: null });
  expect((await provider.look()).counts.revocations).toBe(0);
}, 180_000);

it('loses no grant with a process that is killed under a lease, and makes no call after a long delay', async () => {
  const { environment, provider, a } = servers;
  const [killed, held] = [await startServer(environment), await startServer(environment)];
  const id = await killUnderLease(killed);
  // Both take half a minute and are independent.
  const [paused] = await Promise.all([holdUp(held), expectTakenOver(id)]);
  expect((await readToken(a, paused.id)).status).toBe(200);
  expect(await refreshesWith(paused.token)).toHaveLength(1);
  expect((await provider.look()).counts.revocations).toBe(0);
  await held.end();
}, 120_000);

/** Kills a process while it calls the provider, which does not rotate; returns the connection. */
async function killUnderLease(killed: ServerProcess): Promise<string> {
  const id = await servers.connect('killed holder');
  // The provider waits, and then ends the call without a rotation.
  const failure = { kind: 'reset', on: 'refresh_token', times: 1 } as const;
  const delay = { ms: 2_000, when: 'before', on: 'refresh_token' } as const;
  await servers.provider.set({ delay, failure });
  await servers.endToken(id);
  const before = (await refreshes()).length;
  const read = readToken(killed, id).catch(() => undefined);
  await expect.poll(async () => (await refreshes()).length).toBe(before + 1);
  expect(await leaseOwner(id)).not.toBeNull();
  await killed.end('SIGKILL');
  await read;
  return id;
}

async function expectTakenOver(id: string): Promise<void> {
  const begun = performance.now();
  await expect
    .poll(async () => (await readToken(servers.a, id)).status, {
      timeout: leaseTime + 15_000,
      interval: 500,
    })
    .toBe(200);
  expect(performance.now() - begun).toBeLessThan(leaseTime + 10_000);
  await servers.provider.set({ delay: null, failure: null });
}

/** Delays a process until its lease is too short to call the provider; returns the connection and its refresh token. */
async function holdUp(held: ServerProcess) {
  const id = await servers.connect('paused holder');
  const token = (await servers.provider.look()).issued.at(-1)?.refreshToken;
  await servers.endToken(id);
  const { read } = await pauseUnderLease(held, id);
  await wait(16_000); // less than 15 s of the lease are left then
  process.kill(held.pid, 'SIGCONT');
  expect([502, 503]).toContain((await read).status);
  expect(await refreshesWith(token)).toEqual([]);
  return { id, token };
}

/** Stops a process between taking the lease and calling the provider, where a fresh process reserves seals. */
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

async function refreshes() {
  const { calls } = await servers.provider.look();
  return calls.filter(({ operation }) => operation === 'refresh_token');
}

async function refreshesWith(token: string | undefined) {
  return (await refreshes()).filter(({ values }) => values.refresh_token === token);
}

async function leaseOwner(id: string): Promise<string | null> {
  const text = 'SELECT lease_owner FROM oauth_grant WHERE connection_id = $1';
  const [row] = await servers.query<{ lease_owner: string | null }>(text, [id]);
  return row?.lease_owner ?? null;
}
