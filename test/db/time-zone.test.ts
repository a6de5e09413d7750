import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/platform/db/database.ts';
import { cloneDatabase, openTestDatabase } from '../helpers/database.ts';
import { administer } from '../setup/postgresql.ts';
import { testDatabase } from '../setup/test-database.ts';

let database: Database;
afterEach(() => database.close());

/** Expects that a time written by each path is read by the other and by the database as the same moment. */
async function expectOneTime(): Promise<void> {
  const time = new Date('2026-01-02T03:04:05.678Z');
  const [byPrisma, bySql] = [randomUUID(), randomUUID()];
  await database.db.organization.create({ data: { id: byPrisma, name: 'p', createdAt: time } });
  const insert = `INSERT INTO organization (id, name, created_at) VALUES ($1, 's', $2)`;
  await database.sql('insert_time', insert, [bySql, time]);
  const select = `SELECT created_at, extract(epoch FROM created_at)::float8 AS epoch
    FROM organization WHERE id = ANY($1)`;
  const read = { created_at: time, epoch: time.getTime() / 1000 };
  expect(await database.sql('select_times', select, [[byPrisma, bySql]])).toEqual([read, read]);
  const rows = await database.db.organization.findMany({ select: { createdAt: true } });
  expect(rows).toEqual([{ createdAt: time }, { createdAt: time }]);
}

test('Prisma and sql exchange the same times', async () => {
  database = await openTestDatabase();
  await expectOneTime();
});

test.runIf(testDatabase().kind === 'pglite')(
  'Prisma and sql exchange the same times with any time zone of the folder',
  async () => {
    database = await openTestDatabase();
    await database.sql('set_zone', `ALTER DATABASE postgres SET timezone = 'Asia/Tokyo'`, []);
    await database.db.$queryRaw`SELECT 1`;
    await expectOneTime();
  },
);

describe.runIf(testDatabase().kind === 'postgresql')('on PostgreSQL', () => {
  const zone = 'Asia/Tokyo';

  async function openWith(search: string, statement?: (name: string) => string): Promise<void> {
    const url = new URL(await cloneDatabase());
    if (statement !== undefined) await administer(url.href, statement(url.pathname.slice(1)));
    url.search = search;
    database = await openDatabase({ databaseUrl: url.href, dataDir: undefined });
  }

  test('Prisma and sql exchange the same times when the database has another time zone', async () => {
    await openWith('', (name) => `ALTER DATABASE ${name} SET timezone = '${zone}'`);
    await expectOneTime();
  });

  test('Prisma and sql exchange the same times when the role has another time zone', async () => {
    const set = (name: string) =>
      `ALTER ROLE postgres IN DATABASE ${name} SET timezone = '${zone}'`;
    await openWith('', set);
    await expectOneTime();
  });

  test('Prisma and sql exchange the same times when the URL sets another time zone, and other options of the URL are kept', async () => {
    await openWith(`?options=-c%20timezone%3D${zone}%20-c%20work_mem%3D5MB`);
    await expectOneTime();
    const rows = await database.sql('show_work_mem', 'SHOW work_mem', []);
    expect(rows).toEqual([{ work_mem: '5MB' }]);
  });
});
