import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/platform/db/database.ts';
import { translateDatabaseError } from '../../src/platform/db/errors.ts';
import { UnavailableError } from '../../src/platform/errors.ts';
import { startMigratedCluster } from '../helpers/migrated-cluster.ts';
import type { Cluster } from '../setup/cluster.ts';
import { administer } from '../setup/postgresql.ts';
import { testDatabase } from '../setup/test-database.ts';

describe.runIf(testDatabase().kind === 'postgresql')('a PostgreSQL server', () => {
  let cluster: Cluster;
  let database: Database;
  beforeAll(async () => {
    cluster = await startMigratedCluster({ max_connections: '20' });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const open = () => openDatabase({ databaseUrl: cluster.url(), dataDir: undefined });
  const sleep = (seconds: number) => database.sql('sleep', 'SELECT pg_sleep($1)', [seconds]);
  const count = () => database.db.organization.count();

  /** A statement on each path, and a transaction that is open when the fault happens. */
  async function strike(fault: () => Promise<unknown>): Promise<void> {
    let goOn = () => {};
    const struck = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const running = expectUnavailable([
      sleep(4),
      database.db.$queryRaw`SELECT pg_sleep(4)::text`,
      database.db.$transaction(async (tx) => {
        await tx.organization.count();
        await struck;
        await tx.organization.count();
      }),
    ]);
    await expect.poll(countRunning, { interval: 20 }).toBe(3);
    await fault();
    goOn();
    await running;
  }

  async function countRunning(): Promise<unknown> {
    const [row] = await administer(
      cluster.url(),
      `SELECT count(*)::int AS running FROM pg_stat_activity WHERE application_name = 'patchbay'
        AND (state = 'idle in transaction' OR wait_event = 'PgSleep')`,
    );
    return row?.running;
  }

  const request = () => [
    database.ping(),
    count(),
    database.db.$transaction((tx) => tx.organization.count()),
    database.db.$transaction([database.db.organization.count()]),
  ];

  async function expectUnavailable(calls: readonly Promise<unknown>[]): Promise<void> {
    for (const settled of await Promise.allSettled(calls)) {
      expect(settled.status).toBe('rejected');
      if (settled.status === 'fulfilled') continue;
      const translated = translateDatabaseError(settled.reason);
      expect(translated, String(settled.reason)).toBeInstanceOf(UnavailableError);
      expect(translated).toMatchObject({ cause: settled.reason });
    }
  }

  test('that crashes makes running and later statements unavailable until it is back', async () => {
    await strike(() => cluster.crash());
    await expectUnavailable(request());
    await expect(open()).rejects.toBeInstanceOf(UnavailableError);
    await cluster.restart();
    await Promise.all(request());
  });

  test('that ends our sessions makes running statements unavailable, and the next ones reconnect', async () => {
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'patchbay'`;
    await strike(() => administer(cluster.url(), end));
    await wait(300); // so that the pools notice it for idle sessions
    await Promise.all(request());
  });

  test('without a free session is unavailable', async () => {
    const others = await Promise.all([open(), open()]);
    const all = [database, ...others].flatMap((one) =>
      Array.from({ length: 6 }, () => [
        one.sql('sleep', 'SELECT pg_sleep($1)', [1]),
        one.db.$queryRaw`SELECT pg_sleep(1)::text`,
      ]).flat(),
    );
    const settled = await Promise.allSettled(all);
    const refused = settled.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    await expectUnavailable(refused.map(({ reason }) => Promise.reject(reason)));
    for (const other of others) await other.close();
  });

  test('is unavailable after 5 seconds when it is too slow', async () => {
    const slow = database.db.$queryRaw`SELECT pg_sleep(8)::text`;
    await expectUnavailable([sleep(8), slow]);
  });

  test('is unavailable after 2 seconds when all sessions are busy', async () => {
    const busy = Array.from({ length: 6 }, () => sleep(3));
    await expectUnavailable([database.ping()]);
    await Promise.all(busy);
  });

  test('is unavailable when it stops responding, and loses no later write', async () => {
    const hung = database.db.$transaction(async (tx) => {
      await tx.organization.count();
      cluster.pause();
      const meanwhile = expectUnavailable(request());
      const created = tx.organization.create({ data: { id: randomUUID(), name: 'hung' } });
      await meanwhile;
      await created;
    });
    await expectUnavailable([hung]);
    cluster.resume();
    await wait(200);
    await database.db.organization.create({ data: { id: randomUUID(), name: 'later' } });
    const rows = await database.sql('names', 'SELECT name FROM organization', []);
    expect(rows).toEqual([{ name: 'later' }]);
  });
});

test.each(['localhost', '127.0.0.1', '[::1]', 'no-such-host.invalid'])(
  'a missing server at %s is unavailable',
  async (host) => {
    const databaseUrl = `postgresql://nobody@${host}:9/none`;
    const opening = openDatabase({ databaseUrl, dataDir: undefined });
    await expect(opening).rejects.toBeInstanceOf(UnavailableError);
  },
);

test('an error of another kind is returned unchanged', () => {
  for (const error of [new Error('of ours'), { code: 'P2002' }, undefined, 'text']) {
    expect(translateDatabaseError(error)).toBe(error);
  }
});
