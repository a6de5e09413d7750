import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  adminKey,
  makeDataFolder,
  makeFolder,
  runTool,
  startRefused,
  startServer,
} from '../../helpers/process.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;
const masterKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const clients = { OAUTH_GOOGLE_CLIENT_ID: 'client', OAUTH_GOOGLE_CLIENT_SECRET: 'client-secret' };

const faultsOf = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('BAD'));

test('a first start closes an open data folder, and replaces links and older files with its keys', async () => {
  const dataDir = await makeDataFolder();
  const victim = join(makeFolder(), 'victim');
  writeFileSync(victim, 'of somebody else');
  symlinkSync(victim, join(dataDir, 'bootstrap-access-key'));
  symlinkSync(victim, join(dataDir, 'master-keys.unfinished'));
  chmodSync(dataDir, 0o755);
  const server = await startServer({ DATA_DIR: dataDir });
  await server.said(/GraphiQL/);
  await server.end();
  expect(modeOf(dataDir)).toBe(0o700);
  for (const name of ['bootstrap-access-key', 'master-keys']) {
    expect(lstatSync(join(dataDir, name)).isFile()).toBe(true);
    expect(modeOf(join(dataDir, name))).toBe(0o600);
  }
  expect(readFileSync(victim, 'utf8')).toBe('of somebody else');

  // Lost keys are not replaced by new ones, which would open nothing.
  rmSync(join(dataDir, 'master-keys'));
  const lost = await startRefused({ DATA_DIR: dataDir });
  expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('keys are missing: put') });
  const doctor = await runTool({ DATA_DIR: dataDir }, 'doctor');
  expect(faultsOf(doctor.stdout)).toEqual([expect.stringContaining('put them back into')]);
  expect(existsSync(join(dataDir, 'master-keys'))).toBe(false);
}, 60_000);

test('a master key file that is a link is refused, and a shared folder is not changed', async () => {
  const dataDir = makeFolder();
  symlinkSync(join(makeFolder(), 'nowhere'), join(dataDir, 'master-keys'));
  const linked = await startRefused({ DATA_DIR: dataDir });
  expect(linked).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is a link.*file itself/),
  });

  const shared = makeFolder();
  writeFileSync(join(shared, 'other'), '');
  chmodSync(shared, 0o755);
  const open = await startRefused({ DATA_DIR: shared });
  expect(open).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/open to other users.*0700/),
  });
  expect(modeOf(shared)).toBe(0o755);
}, 60_000);

test('a failed import, or a command in a folder without a server, leaves no master keys behind', async () => {
  const dataDir = join(makeFolder(), 'data');
  const file = join(makeFolder(), 'export.jsonl');
  writeFileSync(file, 'something else\n');
  const failed = await runTool({ DATA_DIR: dataDir }, 'import', '--file', file);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('set MASTER_KEYS') });
  expect(existsSync(join(dataDir, 'master-keys'))).toBe(false);

  const environment = { DATA_DIR: dataDir, MASTER_KEYS: masterKeys };
  const other = await runTool(environment, 'import', '--file', file);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('is not an export') });
  expect(existsSync(join(dataDir, 'master-keys'))).toBe(false);

  const empty = join(makeFolder(), 'data');
  for (const command of ['doctor', 'rotate-master-key', 'rotate-signing-key']) {
    const { code, stdout, stderr } = await runTool({ DATA_DIR: empty }, command);
    expect([code, stdout + stderr]).toEqual([
      1,
      expect.stringContaining('first start of the server'),
    ]);
  }
  expect(existsSync(empty)).toBe(false);
}, 90_000);

test('doctor reports a wrong master key once, and an endpoint that the outbound policy refuses', async () => {
  const environment = { DATA_DIR: await makeDataFolder(), BOOTSTRAP_ACCESS_KEY: adminKey };
  const server = await startServer({ ...environment, MASTER_KEYS: masterKeys });
  await server.said(/GraphiQL/);
  await server.end();
  const other = `k1:${Buffer.alloc(32, 8).toString('base64')}`;
  const wrong = await runTool({ ...environment, MASTER_KEYS: other }, 'doctor');
  expect(wrong.code).toBe(1);
  expect(faultsOf(wrong.stdout)).toEqual([
    expect.stringMatching(/master keys .*"k1" is not the one .*Set the right key/),
  ]);
  expect(wrong.stdout).not.toContain('backup');

  const closed = { ...clients, OAUTH_GOOGLE_TOKEN_ENDPOINT: 'http://10.0.0.1/token' };
  const doctor = await runTool({ ...environment, MASTER_KEYS: masterKeys, ...closed }, 'doctor');
  expect(doctor.code).toBe(1);
  expect(faultsOf(doctor.stdout)).toEqual([
    expect.stringMatching(/providers .*OAUTH_GOOGLE_TOKEN_ENDPOINT/),
  ]);
}, 90_000);

test('an export follows no link, and leaves no file when it fails', async () => {
  const environment = { DATA_DIR: await makeDataFolder(), BOOTSTRAP_ACCESS_KEY: adminKey };
  const file = join(makeFolder(), 'export.jsonl');
  const keys = { ...environment, MASTER_KEYS: masterKeys };
  const server = await startServer(keys);
  await server.said(/GraphiQL/);
  await server.end();
  const victim = join(makeFolder(), 'victim');
  symlinkSync(victim, file);
  const linked = await runTool(keys, 'export', '--file', file);
  expect(linked).toMatchObject({ code: 1, stderr: expect.stringContaining('already exists') });
  expect(existsSync(victim)).toBe(false);
  rmSync(file);
  mkdirSync(file);
  expect(await runTool(keys, 'export', '--file', file)).toMatchObject({ code: 1 });
}, 60_000);
