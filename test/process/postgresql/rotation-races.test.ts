import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTool } from '../../helpers/process.ts';
import { fetchApiKey, storeOpenAi } from '../requests.ts';
import { createProject, writeSecret } from './load.ts';
import { readToken, startTwoServers, type TwoServers } from './two-servers.ts';

/* A provider that ends the whole family of tokens when an old refresh token is used again. */

const rounds = Number(process.env.ROTATION_ROUNDS ?? 3);
/** Pause after each write and refresh in milliseconds, so that the rotation gets its share of the machine. */
const breath = 20;

let servers: TwoServers;
beforeAll(async () => {
  servers = await startTwoServers({ rotation: 'revoke_family' });
}, 90_000);
afterAll(() => servers.stop());

it('overwrites no newer value with an older one during PUTs and refreshes', async () => {
  const { a, b, provider, environment, query } = servers;
  const projectId = await createProject(a, 'rotated');
  const written = await Promise.all(
    [1, 2, 3].map((n) => storeOpenAi(a, projectId, `written ${n}`, 'first')),
  );
  const refreshed = await Promise.all([1, 2].map((n) => servers.connect(`refreshed ${n}`)));
  let isOver = false;
  let puts = 0;
  let refreshes = 0;
  const writers = written.map(async (id) => {
    for (let n = 0; !isOver; n++) {
      await writeSecret(n % 2 === 0 ? a : b, id, `number ${n}`);
      expect(await fetchApiKey(n % 2 === 0 ? b : a, id)).toBe(`number ${n}`);
      puts += 1;
      await wait(breath);
    }
  });
  const refreshers = refreshed.map(async (id) => {
    for (let n = 0; !isOver; n++) {
      await servers.endToken(id);
      expect((await readToken(n % 2 === 0 ? a : b, id)).status).toBe(200);
      refreshes += 1;
      await wait(breath);
    }
  });
  for (let round = 0; round < rounds; round++) {
    const { code, stdout } = await runTool(environment, 'rotate-data-keys');
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 values left')]);
  }
  isOver = true;
  await Promise.all([...writers, ...refreshers]);
  // Each refresh was made with the newest refresh token, or the provider would have ended the family.
  expect((await provider.look()).counts.revocations).toBe(0);
  expect([puts > 20, refreshes > 20]).toEqual([true, true]);
  const [row] = await query<{ statuses: string[] }>(
    `SELECT array_agg(DISTINCT k.status::text) AS statuses FROM connection c
     JOIN data_key k ON k.id = c.config_data_key_id`,
  );
  expect(row?.statuses).toEqual(['active']);
}, 120_000);
