import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  type Environment,
  launchTool,
  makeEnvironment,
  makeFolder,
  type ServerProcess,
  startRefused,
  startServer,
} from '../../helpers/process.ts';
import { administer } from '../../setup/postgresql.ts';
import { countReadable, createProject, type Load, seedProjects, startLoad } from './load.ts';

/* Two processes with readers and writers on both, and keys that change at the same time. */

const keyOf = (kid: string) => `${kid}:${Buffer.alloc(32, `master key ${kid}`).toString('base64')}`;
const old = { MASTER_KEYS: keyOf('old') };
const both = { MASTER_KEYS: `${keyOf('new')},${keyOf('old')}` };
const renewed = { MASTER_KEYS: keyOf('new') };

const removable = /^0 values left on key "old": it may be removed from MASTER_KEYS\./m;

it('rotates all keys under load although killed three times each, and then does not need the old key', async () => {
  const environment: Environment = { ...(await makeEnvironment()), LOG_LEVEL: 'warn' };
  const first = await startServer({ ...environment, ...old });
  const { projectIds, secrets } = await seedProjects(first, { projects: 150, connections: 4 });
  await first.end();
  const a = await startServer({ ...environment, ...both });
  const b = await startServer({ ...environment, ...both, DATA_DIR: makeFolder() });
  const load = startLoad([a, b], projectIds);
  await load.more(100);
  const before = await dataKeyIds(environment);

  const tool = { ...environment, ...both };
  await killThreeTimes(tool, 'rotate-data-keys', /^rows looked at: 0 of/m);
  const dataKeys = await finish(tool, 'rotate-data-keys');
  expect(dataKeys).toMatch(/^0 values left on retired data keys\.$/m);
  await killThreeTimes(tool, 'rotate-master-key', /^data keys wrapped: 0 of/m);
  const masterKey = await finish(tool, 'rotate-master-key');
  expect(masterKey).toMatch(/^The master key "new" is active;/m);
  expect(masterKey).toMatch(removable);

  const written = await load.stop();
  expect(load.failures).toEqual([]);
  const all = new Map([...secrets, ...written]);
  expect([load.answered() > 500, await countReadable(b, all)]).toEqual([true, all.size]);
  expect(await valuesOn(environment, before)).toBe(0);
  await Promise.all([a.end(), b.end()]);
  const next = await startServer({ ...environment, ...renewed });
  expect(await countReadable(next, all)).toBe(all.size);
  expect([a, b, next].map(({ stdout }) => stdout().match(/"level":"error"/))).toEqual([
    null,
    null,
    null,
  ]);
  await next.end();
}, 300_000);

it('restarts one process after the other from the old key to both keys to the new key without a failed request', async () => {
  const environment: Environment = { ...(await makeEnvironment()), LOG_LEVEL: 'warn' };
  let servers = [
    await startServer({ ...environment, ...old }),
    await startServer({ ...environment, ...old, DATA_DIR: makeFolder() }),
  ];
  const projectIds = [await createProject(servers[0] as ServerProcess, 'under load')];
  const load = startLoad(servers, projectIds);

  const refused = await startRefused({ ...environment, ...renewed });
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/"old" is missing/)]);
  servers = await restartEach(load, servers, { ...environment, ...both });
  expect(await finish({ ...environment, ...both }, 'rotate-master-key')).toMatch(removable);
  servers = await restartEach(load, servers, { ...environment, ...renewed });
  await load.more(50);

  const written = await load.stop();
  expect(load.failures).toEqual([]);
  expect(await countReadable(servers[1] as ServerProcess, written)).toBe(written.size);
  const late = await startRefused({ ...environment, ...old });
  expect([late.code, late.stderr]).toEqual([1, expect.stringMatching(/"new" is missing/)]);
  await Promise.all(servers.map((server) => server.end()));
}, 180_000);

it('does not make a key active that a live process lacks, and says which', async () => {
  const environment = { ...(await makeEnvironment()), ...old };
  const server = await startServer(environment);
  const tool = launchTool({ ...environment, ...both }, 'rotate-master-key');
  await expect.poll(tool.stderr, { timeout: 30_000 }).toContain(`process ${server.pid} on `);
  const [row] = await query(environment, `SELECT kid FROM master_key WHERE status = 'active'`);
  expect(row?.kid).toBe('old');
  await server.end(); // it leaves by itself, so nothing waits until it counts as silent
  const { code } = await tool.exited;
  expect([code, tool.stdout()]).toEqual([0, expect.stringMatching(removable)]);
}, 120_000);

/** Kills a rotation at some point of its run; repeats a run that finished earlier. */
async function killThreeTimes(environment: Environment, command: string, begun: RegExp) {
  for (let kills = 0; kills < 3; kills++) {
    const tool = launchTool(environment, command);
    await expect.poll(tool.stderr, { timeout: 60_000, interval: 5 }).toMatch(begun);
    await wait(Math.random() * 500);
    await tool.end('SIGKILL');
  }
}

async function finish(environment: Environment, command: string): Promise<string> {
  const tool = launchTool(environment, command);
  const { code } = await tool.exited;
  expect([code, code === 0 ? '' : tool.stderr()]).toEqual([0, '']);
  return tool.stdout();
}

/** Starts the next process before it ends the last one, as a balancer needs it. */
async function restartEach(load: Load, servers: ServerProcess[], environment: Environment) {
  const restarted: ServerProcess[] = [];
  for (const server of servers) {
    const next = await startServer({ ...environment, DATA_DIR: makeFolder() });
    load.add(next);
    await load.drain(server);
    await server.end();
    restarted.push(next);
    await load.more(50);
  }
  return restarted;
}

const query = ({ DATABASE_URL = '' }: Environment, statement: string) =>
  administer(DATABASE_URL, statement);

async function dataKeyIds(environment: Environment): Promise<string[]> {
  const rows = await query(environment, 'SELECT id FROM data_key');
  return rows.map(({ id }) => String(id));
}

async function valuesOn(environment: Environment, keyIds: readonly string[]): Promise<number> {
  const ids = keyIds.map((id) => `'${id}'`).join();
  const [row] = await query(
    environment,
    `SELECT (SELECT count(*) FROM connection WHERE config_data_key_id IN (${ids}))
      + (SELECT count(*) FROM connection_secret WHERE config_data_key_id IN (${ids})) AS left`,
  );
  return Number(row?.left);
}
