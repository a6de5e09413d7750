import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { readTypeFiles } from '../../src/core/catalog/type-files.ts';
import type { Deps } from '../../src/core/deps/deps.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { checkMasterKeys } from '../../src/core/vault/master-keys.ts';
import { createHttpServer } from '../../src/edge/server/http-server.ts';
import { createLog } from '../../src/edge/server/log.ts';
import { makeDeps } from '../../src/edge/server/make-deps.ts';
import { bootstrap } from '../../src/features/projects/bootstrap.service.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { canaryKey, requireNoCanary } from './canary.ts';
import { graphqlClient, restClient } from './clients.ts';
import { openTestDatabase } from './database.ts';
import { type Answer, type Sent, send } from './http.ts';
import {
  type Home,
  type KeyOptions,
  type Person,
  type PersonOptions,
  seedKey,
  seedOrganization,
  seedPerson,
} from './seed.ts';

/** The master key of every test server. */
export const masterKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`;

/** A whole server on loopback with its own database. */
export type TestServer = {
  url: string;
  deps: Deps;
  database: Database;
  /** The first start's project, and its organization. */
  home: Home;
  /** Another organization, stored directly in the database. */
  stranger: Home & { key: string };
  /** The key of the first start, an admin of the organization. */
  adminKey: string;
  rest: ReturnType<typeof restClient>;
  graphql: ReturnType<typeof graphqlClient>;
  /** Sends a request without any default header. */
  send: <Json = unknown>(sent: Sent) => Promise<Answer<Json>>;
  createKey: (options: KeyOptions & { organizationId?: string }) => Promise<string>;
  /** Stores a person of the first start's organization, with a token. */
  createPerson: (options: PersonOptions) => Promise<Person>;
  /** Returns every line of the log so far, parsed. */
  logged: () => Record<string, unknown>[];
  /** Stops the server; throws when the log holds a secret. */
  close: () => Promise<void>;
};

export type ServerOptions = {
  /** Environment variables; a function reads them from another fixture, which has started by then. */
  env?: Record<string, string> | (() => Record<string, string>);
  /** Shares the database of this server, as another process would. */
  beside?: TestServer;
};

/**
 * Starts a server before the tests of the file (or of the `describe`) that calls this, and closes it
 * after them. The returned object has its fields from the first `beforeAll` on, not earlier.
 */
export function useServer({ env = {}, beside }: ServerOptions = {}): TestServer {
  const server = {} as TestServer; // beforeAll fills it
  beforeAll(async () => {
    const variables = typeof env === 'function' ? env() : env;
    Object.assign(server, await startTestServer(variables, beside));
  });
  afterAll(() => server.close());
  return server;
}

/**
 * Starts a server inside a test, which must close it; everywhere else use {@link useServer}.
 *
 * @param beside shares the database of this server, as another process would; close it first.
 */
export async function startTestServer(
  env: Record<string, string> = {},
  beside?: TestServer,
): Promise<TestServer> {
  const database = beside?.database ?? (await openTestDatabase());
  const { db, sql } = database;
  const config = readConfig({ LOG_LEVEL: 'debug', ...env });
  const keys = createLocalKeyProvider(masterKeys);
  await checkMasterKeys(sql, keys);
  const adminKey = beside?.adminKey ?? canaryKey();
  await bootstrap(db, adminKey, async () => {});
  const lines: string[] = [];
  const log = createLog(config, { write: (line) => void lines.push(line) });
  const fileTypes = await readTypeFiles(config.connectionTypes);
  const deps = makeDeps(config, database, { keys, log, fileTypes });
  const { url, stop } = await listen(deps);
  const home = await findHome(database);
  return {
    url,
    deps,
    database,
    home,
    adminKey,
    stranger: beside?.stranger ?? (await seedStranger(database)),
    rest: restClient(url, adminKey),
    graphql: graphqlClient(url, adminKey),
    send: (sent) => send(url, sent),
    createKey: ({ organizationId = home.organizationId, ...options }) =>
      seedKey(db, organizationId, options),
    createPerson: (options) => seedPerson(db, home.organizationId, options),
    logged: () => lines.map((line) => JSON.parse(line)),
    close: async () => {
      await stop();
      await deps.close();
      if (beside === undefined) await database.close();
      requireNoCanary('the log', lines.join(''));
    },
  };
}

async function listen(deps: Deps) {
  const server = createHttpServer(deps);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function seedStranger({ db }: Database): Promise<TestServer['stranger']> {
  const home = await seedOrganization(db);
  return { ...home, key: await seedKey(db, home.organizationId, {}) };
}

async function findHome({ db }: Database): Promise<Home> {
  const { id, organizationId } = await db.project.findFirstOrThrow();
  return { organizationId, projectId: id };
}
