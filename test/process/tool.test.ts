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

describe('a command line that the tool does not know', () => {
  it.each([
    ['frobnicate', 'There is no command "frobnicate".'],
    ['rotate-data-keys --fast', "Unknown option '--fast'"],
    ['export', '--file is missing.'],
    ['create-access-key --name x --role owner', '--role must be one of viewer, caller, runtime'],
    ['create-access-key --role admin --name', '--name'],
    ['create-access-key --role admin --name \u200b', '--name cannot be blank.'],
    ['create-access-key --role admin --name a\u0007b', '--name cannot hold control characters.'],
    ['export-audit --since yesterday', '--since must be a date or a time.'],
    [
      'rotate-data-keys --project 00000000-0000-7000-8000-000000000000',
      'must be the id of a project',
    ],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await run(...line.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('prints help when asked', async () => {
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

  it('prints only the key, with the requested role', async () => {
    const options = ['--name', 'of the tool', '--role', 'runtime', '--project', projectId];
    const { code, stdout, stderr } = await run('create-access-key', ...options);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^acc_[0-9A-Za-z]{64}\n$/);
    key = stdout.trim();
  });
});

describe('export-audit', () => {
  it('prints the events since a time, one JSON line each', async () => {
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

describe('rotate-signing-key', () => {
  it('publishes a new key, and revokes the old ones when they are compromised', async () => {
    const PUBLIC_URL = 'https://connect.patchbay.example';
    const environment = { ...(await makeEnvironment()), LOG_LEVEL: 'warn', PUBLIC_URL };
    const published = async () => {
      const server = await startServer(environment);
      const { text } = await send(server, 'GET /.well-known/jwks.json', { key: null });
      await server.end();
      return (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    };
    const [first, ...none] = await published();
    expect(none).toEqual([]);

    const rotated = await runTool(environment, 'rotate-signing-key');
    expect([rotated.code, rotated.stderr]).toEqual([0, '']);
    const [, second] =
      /^The key (\S+) is published and will sign .* in 10 minutes\./.exec(rotated.stdout) ?? [];
    expect(rotated.stdout).toContain(PUBLIC_URL);
    expect(await published()).toEqual([second, first]);

    const voided = await runTool(environment, 'rotate-signing-key', '--compromised');
    const [, third] = /^The key (\S+) signs for \S+ from now on\./.exec(voided.stdout) ?? [];
    expect([voided.code, third]).toEqual([0, expect.stringMatching(/^[\da-f-]{36}$/)]);
    expect(await published()).toEqual([third]);
  }, 90_000);
});

describe('doctor', () => {
  const examine = async (changes: Environment = {}) => {
    const { code, stdout } = await runTool({ ...environment, ...changes }, 'doctor');
    expect(stdout).not.toContain(adminKey);
    return { code, bad: stdout.split('\n').filter((line) => line.startsWith('BAD')), stdout };
  };

  it('finds no problem, and prints the address that a provider redirects to', async () => {
    const { code, bad, stdout } = await examine();
    expect([code, bad]).toEqual([0, []]);
    expect(stdout).toContain('http://127.0.0.1:4000/v1/oauth2/callback');
    expect(stdout).toContain('k1 active, 1 data keys');
  });

  it.each<[Environment, RegExp[]]>([
    [
      { MASTER_KEYS: `k2:${'A'.repeat(43)}=` },
      [/^BAD +master keys +The master key "k1" is missing/],
    ],
    [{ PORT: 'ninety' }, [/^BAD +configuration +PORT must be a port/]],
    [
      {
        PUBLIC_URL: 'http://connect.example.com',
        OIDC_ISSUER: 'http://127.0.0.1:1',
        OIDC_AUDIENCE: 'us',
        DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      },
      [
        /^BAD +public URL +PUBLIC_URL must be https/,
        /^BAD +identity provider +OIDC_ISSUER, http:\/\/127.0.0.1:1, does not publish its keys/,
        /^BAD +database +The database cannot be reached/,
      ],
    ],
  ])('lists every problem: %j', async (changes, lines) => {
    const { code, bad } = await examine(changes);
    expect([code, bad]).toEqual([1, lines.map((line) => expect.stringMatching(line))]);
  });
});
