import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  adminKey,
  type Environment,
  makeEnvironment,
  projectOf,
  runTool,
  startServer,
} from '../helpers/process.ts';
import { fetchApiKey, send, storeOpenAi } from './requests.ts';

let environment: Environment;
let projectId: string;
let connectionId: string;
beforeAll(async () => {
  environment = { ...(await makeEnvironment()), LOG_LEVEL: 'warn' };
  const server = await startServer(environment);
  projectId = await projectOf(server);
  connectionId = await storeOpenAi(server, projectId, 'stored', 'a secret');
  await fetchApiKey(server, connectionId);
  await server.end();
}, 60_000);

const run = (...args: string[]) => runTool(environment, ...args);

describe('a command line that says nothing that it knows', () => {
  it.each([
    ['frobnicate', 'There is no command "frobnicate".'],
    ['rotate-data-keys --fast', "Unknown option '--fast'"],
    ['export', '--file is missing.'],
    ['create-access-key --name x --role owner', '--role must be one of viewer, runtime'],
    ['create-access-key --role admin --name', '--name'],
    ['export-audit --since yesterday', '--since must be a date or a time.'],
    ['rotate-data-keys --project 00000000-0000-7000-8000-000000000000', 'names no project'],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await run(...line.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('gets help when it asks for it', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const name of ['doctor', 'rotate-master-key', 'rotate-data-keys', 'export', 'import']) {
      expect(stdout).toContain(`  ${name}`);
    }
  });
});

describe('create-access-key', () => {
  let key: string;
  afterAll(async () => {
    const server = await startServer(environment);
    expect(await fetchApiKey(server, connectionId, key)).toBe('a secret');
    const path = `DELETE /v1/connections/${connectionId}`;
    expect((await send(server, path, { key })).status).toBe(403);
    await server.end();
  });

  it('prints a key, and nothing but it, with the role that was asked for', async () => {
    const options = ['--name', 'of the tool', '--role', 'runtime', '--project', projectId];
    const { code, stdout, stderr } = await run('create-access-key', ...options);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^acc_[0-9A-Za-z]{64}\n$/);
    key = stdout.trim();
  });
});

describe('export-audit', () => {
  it('prints what happened since a time, a JSON line each', async () => {
    const { code, stdout } = await run('export-audit', '--since', '2020-01-01');
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['access_key.create', 'connection.create', 'credentials.fetch']),
    );
    expect(events.find(({ action }) => action === 'credentials.fetch')).toMatchObject({
      project_id: projectId,
      connection_id: connectionId,
      at: expect.stringMatching(/Z$/),
    });
    expect(stdout).not.toContain('a secret');
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await run('export-audit', '--since', tomorrow)).stdout).toBe('');
  });
});

describe('doctor', () => {
  const examine = async (changes: Environment = {}) => {
    const { code, stdout } = await runTool({ ...environment, ...changes }, 'doctor');
    expect(stdout).not.toContain(adminKey);
    return { code, bad: stdout.split('\n').filter((line) => line.startsWith('BAD')), stdout };
  };

  it('finds nothing to complain of, and says where a provider sends back to', async () => {
    const { code, bad, stdout } = await examine();
    expect([code, bad]).toEqual([0, []]);
    expect(stdout).toContain('http://127.0.0.1:4000/v1/oauth2/callback');
    expect(stdout).toContain('k1 active, 1 data keys');
  });

  it.each<[Environment, RegExp[]]>([
    [
      { MASTER_KEYS: `k2:${'A'.repeat(43)}=` },
      [
        /^BAD +master keys +The master key "k1" is missing/,
        /^BAD +data keys +The data key \S+ does not open/,
      ],
    ],
    [{ PORT: 'ninety' }, [/^BAD +configuration +PORT must be a port/]],
    [
      {
        ...{ PUBLIC_URL: 'http://connect.example.com' },
        ...{ OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'us' },
        ...{ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
      },
      [
        /^BAD +public URL +PUBLIC_URL must be https/,
        /^BAD +identity provider +OIDC_ISSUER, http:\/\/127.0.0.1:1, does not say where/,
        /^BAD +database +The database cannot be reached/,
      ],
    ],
  ])('names all that is wrong: %j', async (changes, lines) => {
    const { code, bad } = await examine(changes);
    expect([code, bad]).toEqual([1, lines.map((line) => expect.stringMatching(line))]);
  });
});
