import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder, type ServerProcess, startServer } from '../../helpers/process.ts';
import { readToken, startTwoServers, type TwoServers } from './two-servers.ts';

/* The database goes away just after the provider rotated, which is the only moment when a token can be lost. */

/** Longer than the lease, in milliseconds. */
const outage = Number(process.env.OAUTH_OUTAGE ?? 35_000);

let servers: TwoServers;
beforeAll(async () => {
  servers = await startTwoServers({ rotation: 'revoke_family' });
}, 90_000);
afterAll(() => servers.stop());

it('stores the provider’s token when the database is back after the lease has ended', async () => {
  const { provider, cluster, a, b } = servers;
  const id = await servers.connect('outage');
  const { token: before = '' } = await readToken(a, id);
  const given = new Set<string>();
  const stop = keepReading(id, given);
  await rotateAndCrash(() => readEnded(servers.a, id));
  const rotated = (await provider.look()).issued.at(-1)?.accessToken ?? '';
  expect(rotated).not.toBe(before);
  expect([...given]).toEqual([before]); // later callers wait or are refused
  await wait(outage);
  expect([...given]).toEqual([before]);
  await cluster.restart();
  const readers = [a, b];
  for (const server of readers) {
    await expect
      .poll(async () => (await readToken(server, id)).status, { timeout: 30_000, interval: 250 })
      .toBe(200);
  }
  await expect.poll(() => given.size).toBe(2);
  await stop();
  // The token that the provider returned before the crash is stored and returned.
  expect([...given]).toEqual([before, rotated]);
  const last = await Promise.all(readers.map((server) => readToken(server, id)));
  expect(last.map(({ token }) => token)).toEqual([rotated, rotated]);
  const { counts, issued } = await provider.look();
  expect(counts).toMatchObject({ refreshes: 1, reuses: 0, revocations: 0 });
  expect(issued.at(-1)?.accessToken).toBe(rotated);
  expect(await provider.findAccount(rotated)).toBe('A');
}, 180_000);

it.each([
  ['a reader asked for', readEnded],
  ['its own thread refreshed ahead of time', makeDue],
])(
  'puts what %s on the disk, sealed, when it must stop before, and replays it at the next start',
  async (name, refresh) => {
    const { provider, cluster } = servers;
    const id = await servers.connect(name);
    const folder = makeFolder();
    const environment = { ...servers.environment, DATA_DIR: folder };
    const stopped = await startServer(environment);
    if (refresh === makeDue) await Promise.all([servers.a.end(), servers.b.end()]);
    await rotateAndCrash(() => refresh(stopped, id));
    const signalled = performance.now();
    await stopped.end('SIGTERM');
    expect(performance.now() - signalled).toBeLessThan(28_000); // supervisors allow 30 s
    const names = await readdir(join(folder, 'unsaved'));
    expect(names).toHaveLength(1);
    const path = join(folder, 'unsaved', names[0] ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toMatch(/at_|rt_/);
    await cluster.restart();
    const next = await startServer(environment);
    expect(await readdir(join(folder, 'unsaved'))).toEqual([]);
    const { status, token } = await readToken(next, id);
    expect([status, await provider.findAccount(token ?? '')]).toEqual([200, 'A']);
    expect((await provider.look()).counts.revocations).toBe(0);
    await next.end();
  },
  120_000,
);

async function readEnded(server: ServerProcess, id: string): Promise<void> {
  await servers.endToken(id);
  void readToken(server, id).catch(() => {});
}

async function makeDue(_: ServerProcess, id: string): Promise<void> {
  await servers.query('UPDATE oauth_grant SET next_refresh_at = now() WHERE connection_id = $1', [
    id,
  ]);
}

/** Refreshes a token, and ends the database between the provider's rotation and its response. */
async function rotateAndCrash(refresh: () => Promise<void>): Promise<void> {
  const { provider, cluster } = servers;
  await provider.set({ delay: { ms: 1_500, when: 'after', on: 'refresh_token' } });
  const before = (await provider.look()).issued.length;
  await refresh();
  await expect.poll(async () => (await provider.look()).issued.length).toBeGreaterThan(before);
  await cluster.crash();
  await wait(2_000);
  await provider.set({ delay: null });
}

/** Reads on both processes all the time; collects the tokens that they return. */
function keepReading(id: string, given: Set<string>) {
  let isStopped = false;
  const readers = [servers.a, servers.b].map(async (server) => {
    while (!isStopped) {
      const { token } = await readToken(server, id).catch(() => ({ token: undefined }));
      if (token !== undefined) given.add(token);
      await wait(200);
    }
  });
  return async () => {
    isStopped = true;
    await Promise.all(readers);
  };
}
