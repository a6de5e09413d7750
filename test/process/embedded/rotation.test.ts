import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  adminKey,
  makeDataFolder,
  projectOf,
  runTool,
  startServer,
} from '../../helpers/process.ts';
import { dataOf, fetchApiKey, sendOperation, storeOpenAi } from '../requests.ts';

it('rotates the master key in its file and all data keys while the server is stopped', async () => {
  const DATA_DIR = await makeDataFolder();
  const environment = { DATA_DIR, BOOTSTRAP_ACCESS_KEY: adminKey };
  const server = await startServer(environment);
  const id = await storeOpenAi(server, await projectOf(server), 'kept', 'a secret');
  const path = join(DATA_DIR, 'master-keys');
  const before = await readFile(path, 'utf8');
  const refused = await runTool(environment, 'rotate-master-key');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/in use by process/)]);
  expect(await readFile(path, 'utf8')).toBe(before);
  await server.end();

  const master = await runTool(environment, 'rotate-master-key');
  expect([master.code, master.stdout]).toEqual([0, expect.stringContaining('"k2" is active')]);
  expect(master.stdout).toContain(
    `0 values left on key "k1": it may be removed from ${join(DATA_DIR, 'master-keys')}`,
  );
  const both = await readFile(path, 'utf8');
  expect(both).toMatch(/^k2:\S{44},k1:\S{44}\n$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFile(path, `${both.split(',')[0]}\n`);
  const data = await runTool(environment, 'rotate-data-keys');
  expect([data.code, data.stdout]).toEqual([
    0,
    expect.stringMatching(/^1 data keys replaced, 2 values sealed again\.\n0 values left/),
  ]);
  const next = await startServer(environment);
  expect(await fetchApiKey(next, id)).toBe('a secret');
  const query = '{ auditEvents(first: 20) { nodes { action detail } } }';
  type Events = { auditEvents: { nodes: { action: string; detail: { keys?: string } }[] } };
  const { nodes } = dataOf<Events>(await sendOperation(next, query)).auditEvents;
  const rotations = nodes.filter(({ action }) => action === 'key.rotate');
  expect(rotations.map(({ detail }) => detail.keys)).toEqual(['data', 'master']);
  await next.end();
}, 120_000);
