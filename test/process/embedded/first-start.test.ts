import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adminKey,
  findFreePort,
  makeDataFolder,
  makeFolder,
  projectOf,
  type ServerProcess,
  startRefused,
  startServer,
} from '../../helpers/process.ts';
import { fetchApiKey, send, storeOpenAi } from '../requests.ts';

const toldOnce = /Project|Admin key|curl|GraphiQL|said once|acc_/;

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

/** The server has written its own master key, and starts with no other. */
async function expectNoOtherMasterKey(dataDir: string): Promise<void> {
  const kept = await readFile(join(dataDir, 'master-keys'), 'utf8');
  expect(kept.trim()).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
  const MASTER_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const { code, stderr } = await startRefused({ DATA_DIR: dataDir, MASTER_KEYS });
  expect(code).toBe(1);
  expect(stderr).toContain('"k1"');
}

describe('the first start on an empty folder without a terminal', () => {
  const dataDir = join(makeFolder(), "it's data");
  const keyFile = join(dataDir, 'bootstrap-access-key');
  let server: ServerProcess;
  let told: string;

  beforeAll(async () => {
    server = await startServer({ DATA_DIR: dataDir });
    await server.said(/GraphiQL/);
    told = server.stderr();
  }, 90_000);

  it('prints the project, the file of the admin key, and the address of GraphiQL', async () => {
    expect(told).toMatch(/^ {2}Project {5}[0-9a-f-]{36}$/m);
    expect(told).toContain(`  Admin key   ${keyFile}\n`);
    expect(told).toContain(`GraphiQL: ${server.url}/graphql\n`);
    expect(told).not.toContain('acc_');
    expect(await readFile(keyFile, 'utf8')).toMatch(/^acc_[0-9A-Za-z]{64}\n$/);
  });

  it('prints what the embedded database does not survive', () => {
    expect(told).toMatch(/not a loss of power.*DATABASE_URL/);
  });

  it('hides the folder, the master keys and the admin key from other users', async () => {
    expect(await modeOf(dataDir)).toBe('700');
    expect(await modeOf(join(dataDir, 'db'))).toBe('700');
    expect(await modeOf(join(dataDir, 'master-keys'))).toBe('600');
    expect(await modeOf(keyFile)).toBe('600');
  });

  it('prints a curl that stores a secret and fetches it back when pasted', async () => {
    const pasted = told.slice(told.indexOf('  KEY='), told.indexOf('GraphiQL:'));
    const { stdout } = await promisify(execFile)('bash', ['-c', pasted]);
    expect(JSON.parse(stdout)).toMatchObject({
      data: { type: 'dynamiq.connections.OpenAI', config: { api_key: 'replace-me' } },
    });
  });

  it('refuses a second process on the same folder, and names the first', async () => {
    const second = await startRefused({ DATA_DIR: dataDir, PORT: String(await findFreePort()) });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(dataDir);
    expect(second.stderr).toMatch(new RegExp(`in use by process ${server.pid} since`));
    expect(second.stderr).not.toMatch(/\n {4}at /);
    expect((await send(server, 'GET /ready')).status).toBe(200);
  }, 60_000);

  it('is the only start that prints this, and the next start has its data', async () => {
    const key = (await readFile(keyFile, 'utf8')).trim();
    const id = await storeOpenAi(server, await projectOf(server), 'kept', 'a secret', key);
    expect(await server.end()).toEqual({ code: 0, signal: null });
    await expectNoOtherMasterKey(dataDir);
    const second = await startServer({ DATA_DIR: dataDir });
    expect(await fetchApiKey(second, id, key)).toBe('a secret');
    await second.end();
    expect(second.stdout() + second.stderr()).not.toMatch(toldOnce);
  }, 60_000);
});

describe('a first start with BOOTSTRAP_ACCESS_KEY', () => {
  it('uses that key, and prints it nowhere and writes it to no file', async () => {
    const dataDir = await makeDataFolder();
    const server = await startServer({ DATA_DIR: dataDir, BOOTSTRAP_ACCESS_KEY: adminKey });
    await server.said(/GraphiQL/);
    expect(
      (await send(server, `GET /v1/connections?project_id=${await projectOf(server)}`)).status,
    ).toBe(200);
    await server.end();
    expect(server.stderr()).toContain('KEY="$BOOTSTRAP_ACCESS_KEY"');
    expect(server.stdout() + server.stderr()).not.toContain(adminKey.slice(4));
    await expect(stat(join(dataDir, 'bootstrap-access-key'))).rejects.toThrow('ENOENT');
  }, 60_000);
});
