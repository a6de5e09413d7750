import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalKeyProvider } from '../../../../src/core/vault/key-provider.ts';
import { createVault } from '../../../../src/core/vault/vault.ts';
import { openDatabase } from '../../../../src/platform/db/database.ts';
import { startMigratedCluster } from '../../../helpers/migrated-cluster.ts';
import {
  type Environment,
  environmentOn,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../../helpers/process.ts';
import { seedAccounts } from '../../../helpers/seed-accounts.ts';
import type { Cluster } from '../../../setup/cluster.ts';
import { ask, mutate } from '../../end-user-requests.ts';
import { storeOpenAi } from '../../requests.ts';

/* The statements of the runs of 1,000 users, counted by the database. */

const openAi = 'dynamiq.connections.OpenAI';
const host = 'crowd.example.com';
const users = Array.from({ length: 1000 }, (_, n) => `user-${n}`);
const brought: string[] = [];
const shared: string[] = [];
const own = (user: string, requirementId: string) => `${user}-${requirementId}`;

let cluster: Cluster;
let database: pg.Client;
let server: ServerProcess;
let appId: string;

beforeAll(async () => {
  cluster = await startMigratedCluster({ shared_preload_libraries: 'pg_stat_statements' });
  database = new pg.Client({ connectionString: cluster.url() });
  await database.connect();
  await database.query(
    'CREATE SCHEMA counted; CREATE EXTENSION pg_stat_statements SCHEMA counted; SET search_path = counted',
  );
  const environment = environmentOn(cluster.url());
  server = await startServer(environment);
  const projectId = await projectOf(server);
  const app = { projectId, name: 'crowd', hostname: host, visibility: 'PRIVATE' };
  appId = (await mutate(server, 'createApp', app, '... on App { id }')).id;
  for (const name of ['one', 'two', 'three']) {
    const asked = { appId, kind: 'CONNECTION', name, title: name, spec: { type: openAi } };
    const { id } = await mutate(server, 'createRequirement', asked, '... on Requirement { id }');
    brought.push(id);
  }
  for (const name of ['first', 'second']) {
    shared.push(await storeOpenAi(server, projectId, name, `shared-${name}`));
  }
  await eachOf(users.slice(0, 20), bring);
  await bringInBulk(environment, projectId, users.slice(20));
}, 120_000);

afterAll(async () => {
  await server?.end();
  await database?.end();
  await cluster?.stop();
});

/** Runs `work` for all users, 16 at a time. */
async function eachOf(some: readonly string[], work: (user: string) => Promise<void>) {
  const left = [...some];
  const worker = async () => {
    for (let user = left.pop(); user !== undefined; user = left.pop()) await work(user);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function bring(user: string) {
  const body = { user_id: user };
  const minted = await ask<{ token: string }>(server, 'POST /v1/connect/tokens', { host, body });
  for (const id of brought) {
    const { status, text } = await ask(server, `POST /v1/connect/requirements/${id}/credentials`, {
      key: minted.json.token,
      body: { type: openAi, config: { api_key: own(user, id) } },
    });
    expect([status, text]).toEqual([201, expect.any(String)]);
  }
}

/** Stores directly for all users what the API stores for a few above, because only the runs are counted. */
async function bringInBulk(
  { DATABASE_URL, MASTER_KEYS = '' }: Environment,
  projectId: string,
  userIds: string[],
) {
  const { db, sql, close } = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: undefined });
  try {
    const { organizationId } = await db.project.findUniqueOrThrow({ where: { id: projectId } });
    const vault = createVault(sql, createLocalKeyProvider(MASTER_KEYS));
    const home = { organizationId, projectId };
    const wanted = { home, appId, userIds, requirementIds: brought, apiKeyOf: own };
    await seedAccounts({ db, vault }, wanted);
  } finally {
    await close();
  }
}

type Item = { __typename: string; config?: { api_key: string } };
const selection =
  '... on ResolvedCredentials { items { __typename ... on Credentials { config } } }';

/** Runs for a user, who must get their own credentials and the shared ones, in this order. */
async function run(user: string, requirementIds = brought, connectionIds = shared) {
  const references = [
    ...requirementIds.map((requirementId) => ({ requirementId })),
    ...connectionIds.map((connectionId) => ({ connectionId })),
  ];
  const input = { appId, userId: user, references };
  const { items } = await mutate(server, 'resolveCredentials', input, selection);
  const wanted = [
    ...requirementIds.map((id) => own(user, id)),
    ...connectionIds.map((id) => (id === shared[0] ? 'shared-first' : 'shared-second')),
  ];
  expect((items as Item[]).map(({ config }) => config?.api_key)).toEqual(wanted);
}

/** Returns how many statements the database ran during `work`. */
async function statementsOf(work: () => Promise<void>): Promise<number> {
  await database.query('SELECT pg_stat_statements_reset()');
  await work();
  const { rows } = await database.query<{ calls: number }>(
    `SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query !~ 'pg_stat_statements'`,
  );
  return rows[0]?.calls ?? 0;
}

it('takes as many statements for five references as for two', async () => {
  const one = async (requirementIds: string[], connectionIds: string[]) =>
    Math.round(
      (await statementsOf(async () => {
        for (const user of users.slice(0, 100)) await run(user, requirementIds, connectionIds);
      })) / 100,
    );
  const two = await one(brought.slice(0, 1), shared.slice(0, 1));
  const five = await one(brought, shared);
  expect([two, five]).toEqual([five, 4]);
}, 60_000);

it('takes no more statements for 1,000 users at once, and fails none', async () => {
  const statements = await statementsOf(() => eachOf(users, (user) => run(user)));
  expect(statements / users.length).toBeLessThanOrEqual(4.1);
}, 60_000);
