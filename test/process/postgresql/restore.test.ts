import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../../helpers/database.ts';
import {
  type Environment,
  makeEnvironment,
  makeFolder,
  projectOf,
  runTool,
  type ServerProcess,
  startRefused,
  startServer,
} from '../../helpers/process.ts';
import {
  launchOAuthProvider,
  type OAuthProviderProcess,
} from '../../helpers/providers/oauth-provider.control.ts';
import { administer, databaseUrl } from '../../setup/postgresql.ts';
import { fetchApiKey, send, storeOpenAi } from '../requests.ts';
import { createProject } from './load.ts';
import { clientOf, connect, readToken } from './two-servers.ts';

/* After the loss of the database an operator has an export and the master keys, and nothing else. */

let provider: OAuthProviderProcess;
let lost: Environment;
let file: string;
let secret: string;
let granted: string;
let token: string | undefined;
beforeAll(async () => {
  const switches = { clientAuthentication: 'body', rotation: 'revoke_family' } as const;
  provider = await launchOAuthProvider({ switches });
  lost = { ...(await makeEnvironment()), ...clientOf(provider), LOG_LEVEL: 'warn' };
  const server = await startServer(lost);
  const projectId = await createProject(server, 'a project with a näme "and" a \\ in it');
  secret = await storeOpenAi(server, projectId, 'plain', 'a secret\nof two lines ✓');
  granted = await connect(server, await projectOf(server), 'granted');
  ({ token } = await readToken(server, granted));
  file = join(makeFolder(), 'everything.jsonl');
  const made = await runTool(lost, 'export', '--file', file);
  expect([made.code, made.stderr]).toEqual([0, '']);
  await server.end();
  await dropDatabase(lost.DATABASE_URL ?? '');
}, 120_000);
afterAll(() => provider?.process.end());

async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await administer(databaseUrl(url, 'postgres'), `DROP DATABASE ${name}`);
}

const providerCalls = async () => (await provider.look()).calls.length;

async function expectEverything(server: ServerProcess) {
  const before = await providerCalls();
  expect(await fetchApiKey(server, secret)).toBe('a secret\nof two lines ✓');
  expect(await readToken(server, granted)).toEqual({ status: 200, token });
  expect(await providerCalls()).toBe(before);
}

/** The tool and a server on another, blank database. */
async function elsewhere(): Promise<Environment> {
  return {
    ...lost,
    DATA_DIR: makeFolder(),
    DATABASE_URL: await cloneDatabase('template0'),
    REFRESH: 'off',
  };
}

it('holds only sealed values, and only its owner may read it', async () => {
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/a secret|at_|rt_|acc_[0-9A-Za-z]{64}/);
  expect(text).toMatch(/^\{"patchbay":/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('restores everything into an empty PostgreSQL: every secret opens, no provider is called', async () => {
  const environment = await elsewhere();
  const done = await runTool(environment, 'import', '--file', file);
  expect([done.code, done.stderr]).toEqual([0, '']);
  const server = await startServer(environment);
  await expectEverything(server);
  expect(server.stdout()).not.toContain('This is said once');
  expect((await send(server, 'GET /ready')).status).toBe(200);
  const doctor = await runTool(environment, 'doctor');
  expect([doctor.code, doctor.stdout]).toEqual([0, expect.not.stringMatching(/^BAD/m)]);
  const again = await runTool(environment, 'import', '--file', file);
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/is not empty/)]);
  await server.end();
}, 90_000);

it('imports into an embedded database, and from there back', async () => {
  const { DATABASE_URL, ...rest } = await elsewhere();
  const embedded = { ...rest, DATA_DIR: makeFolder() };
  const done = await runTool(embedded, 'import', '--file', file);
  expect([done.code, done.stderr]).toEqual([0, '']);
  const server = await startServer(embedded);
  await expectEverything(server);
  const inUse = await runTool(embedded, 'export', '--file', `${file}.2`);
  expect([inUse.code, inUse.stderr]).toEqual([1, expect.stringMatching(/in use by process/)]);
  await server.end();
  expect((await runTool(embedded, 'export', '--file', `${file}.2`)).code).toBe(0);
  const back = { ...rest, DATABASE_URL: DATABASE_URL ?? '' };
  expect((await runTool(back, 'import', '--file', `${file}.2`)).code).toBe(0);
  const next = await startServer(back);
  await expectEverything(next);
  await next.end();
}, 120_000);

it('imports nothing without the master keys, and nothing from a truncated or foreign file', async () => {
  const environment = await elsewhere();
  const without = { ...environment, MASTER_KEYS: `other:${'A'.repeat(43)}=` };
  const missing = [1, expect.stringMatching(/^The master key "k1" is missing/)];
  const refused = await runTool(without, 'import', '--file', file);
  expect([refused.code, refused.stderr]).toEqual(missing);

  const cut = join(makeFolder(), 'cut.jsonl');
  await writeFile(cut, await readFile(file));
  await truncate(cut, (await stat(file)).size - 30);
  expect(await runTool(environment, 'import', '--file', cut)).toMatchObject({ code: 1 });
  await writeFile(cut, 'something else\n');
  const other = await runTool(environment, 'import', '--file', cut);
  expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/is not an export/)]);

  expect((await runTool(environment, 'import', '--file', file)).code).toBe(0);
  const start = await startRefused(without);
  expect([start.code, start.stderr]).toEqual(missing);
}, 120_000);
