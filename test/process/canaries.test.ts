import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import {
  type Environment,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../helpers/process.ts';
import { administer } from '../setup/postgresql.ts';
import { testDatabase } from '../setup/test-database.ts';
import { badGraphqlBodies, badRestRequests } from './bad-canary-requests.ts';
import { canary, canaryConfig, holds, publicCanary } from './canaries.ts';
import { type Answer, dataOf, send } from './requests.ts';

const createMutation = `mutation ($input: CreateConnectionInput!) {
  createConnection(input: $input) { __typename ... on Connection { id config secretFields } }
}`;

const fetchMutation = `mutation ($id: ID!) {
  fetchCredentials(input: { id: $id }) { __typename ... on Credentials { config } ... on UserError { message } }
}`;

const listQuery = `query ($projectId: ID!) {
  connections(projectId: $projectId, first: 100) { nodes { id name type config secretFields status } }
  auditEvents(projectId: $projectId, first: 100) { nodes { action actor ip requestId detail } }
}`;

it.each([
  ['as it is', `..${canary}..`],
  ['in hexadecimal', Buffer.from(`..${canary}..`).toString('hex')],
  ['in base64', Buffer.from(`..${canary}..`).toString('base64')],
  ['in base64, further on', Buffer.from(`...${canary}..`).toString('base64url')],
  ['in UTF-16', Buffer.from(`..${canary}..`, 'utf16le')],
])('the search finds a canary %s', (_, bytes) => {
  expect(holds(bytes, canary)).toBe(true);
  expect(holds(bytes, publicCanary)).toBe(false);
});

describe('after storing, reading and fetching every type of connection, and after many refusals, the server', () => {
  let environment: Environment;
  let server: ServerProcess;
  let projectId: string;
  const ids: string[] = [];
  const seen: { what: string; answer: Answer }[] = [];

  /** Sends a request whose response must not hold a secret. */
  async function ask(route: string, sent: Parameters<typeof send>[2] = {}): Promise<Answer> {
    const answer = await send(server, route, sent);
    seen.push({ what: `${route} ${JSON.stringify(sent).slice(0, 300)}`, answer });
    return answer;
  }

  beforeAll(async () => {
    environment = await makeEnvironment();
    server = await startServer({ ...environment, LOG_LEVEL: 'debug' });
    projectId = await projectOf(server);
    for (const [n, type] of listShippedTypes().entries()) {
      const [name, config] = [`number ${n}`, canaryConfig(type)];
      const rest = { project_id: projectId, name, type: type.type, config };
      const input = { projectId, name, type: type.type, config };
      const answer =
        n % 2 === 0
          ? await ask('POST /v1/connections', { body: rest })
          : await ask('POST /graphql', { body: { query: createMutation, variables: { input } } });
      ids.push(/"id":"([^"]+)"/.exec(answer.text)?.[1] ?? `none: ${answer.text}`);
    }
    for (const { route, ...sent } of badRestRequests(projectId, ids[0] ?? ''))
      await ask(route, sent);
    for (const body of badGraphqlBodies(projectId)) await ask('POST /graphql', { body });
    await ask(`GET /graphql?query={viewer{kind}}&token=${canary}`);
    for (const id of ids) await ask(`GET /v1/connections/${id}`);
    await ask(`GET /v1/connections?project_id=${projectId}&page_size=100`);
    await ask('POST /graphql', { body: { query: listQuery, variables: { projectId } } });
    await ask('GET /metrics');
  }, 120_000);

  afterAll(() => server.end('SIGKILL'));

  it('returns every secret to the credentials call', async () => {
    expect(ids).toHaveLength(listShippedTypes().length);
    for (const [n, id] of ids.entries()) {
      const answer =
        n % 2 === 0
          ? await send(server, `POST /v1/connections/${id}/credentials`)
          : await send(server, 'POST /graphql', {
              body: { query: fetchMutation, variables: { id } },
            });
      const type = listShippedTypes()[n];
      if (type === undefined) throw new Error(`There is no type ${n}.`);
      const sent = JSON.stringify(canaryConfig(type));
      expect(answer.text).toMatch(type.oauth2 ? /"(conflict|ConflictError)"/ : /"config":\{/);
      expect(answer.text.includes(canary)).toBe(!type.oauth2 && sent.includes(canary));
      expect(answer.text.includes(publicCanary)).toBe(!type.oauth2 && sent.includes(publicCanary));
    }
  }, 60_000);

  it('has refused the bad requests with 4xx in REST and with errors in GraphQL', () => {
    const bad = seen.slice(ids.length).filter(({ what }) => what.includes(canary));
    expect(bad.length).toBeGreaterThan(90);
    const strange = bad.filter(({ answer }) => answer.status >= 500);
    expect(strange.map(({ what, answer }) => [what, answer.text])).toEqual([]);
    const taken = bad.filter(({ answer }) =>
      /"(secret_fields|secretFields|is_system)":/.test(answer.text),
    );
    expect(taken.map(({ what, answer }) => [what, answer.text])).toEqual([]);
  });

  it('has returned no secret in any other header or body', () => {
    const leaks = seen.filter(({ answer: { text, headers } }) =>
      holds(`${text}\n${[...headers].join('\n')}`, canary),
    );
    expect(leaks.map(({ what, answer }) => [what, answer.text])).toEqual([]);
  });

  it('has listed the public halves of the configs', () => {
    const list = seen.find(({ what }) => what.startsWith('GET /v1/connections?project_id=0'));
    expect(list && dataOf<unknown[]>(list.answer)).toHaveLength(100);
    expect(list?.answer.text).toContain(publicCanary);
  });

  it('stores no part of a config readably in its database or data folder, running or stopped', async () => {
    await expectNoCanary(environment);
    expect(await server.end()).toEqual({ code: 0, signal: null });
    await expectNoCanary(environment);
  }, 60_000);

  it('has printed no part of a config', () => {
    expect(server.stdout()).toMatch(/"path":"\/v1\/connections"/);
    const printed = server.stdout() + server.stderr();
    const lines = printed
      .split('\n')
      .filter((line) => holds(line, canary) || holds(line, publicCanary));
    expect(lines).toEqual([]);
  });
});

/** Every byte of the data folder and, on PostgreSQL, every value of every table. */
async function expectNoCanary({ DATA_DIR = '', DATABASE_URL }: Environment): Promise<void> {
  const entries = await readdir(DATA_DIR, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    expect(holds(bytes, canary) || holds(bytes, publicCanary) ? name : '').toBe('');
  }
  if (testDatabase().kind === 'pglite') expect(files.length).toBeGreaterThan(500);
  if (DATABASE_URL === undefined) return;
  const tables = await administer(
    DATABASE_URL,
    `SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  let sealed = 0;
  for (const { name } of tables) {
    const rows = await administer(DATABASE_URL, `SELECT t::text AS row FROM ${name} t`);
    for (const { row } of rows) {
      expect(holds(String(row), canary) || holds(String(row), publicCanary) ? row : '').toBe('');
      if (String(row).includes('\\x')) sealed++;
    }
  }
  expect(sealed).toBeGreaterThan(150);
}
