import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { migrationsFolder } from '../../src/platform/db/migration-files.ts';
import { cloneDatabase } from '../helpers/database.ts';
import { administer } from '../setup/postgresql.ts';
import { testDatabase } from '../setup/test-database.ts';
import { killProcess, runFile, startFile } from './processes.ts';

const fixture = join(import.meta.dirname, 'fixtures', 'migrate-once.ts');
/* The process continues when nothing holds this lock. */
const slow = `BEGIN;
SELECT pg_advisory_xact_lock(4711);
CREATE TABLE note (id int);
COMMIT;
`;

async function addSlowMigration(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-migrations-'));
  await cp(migrationsFolder, folder, { recursive: true });
  await mkdir(join(folder, '20990101000000_note'));
  await writeFile(join(folder, '20990101000000_note', 'migration.sql'), slow);
  return folder;
}

/** Waits until `count` sessions of this database wait for an advisory lock: the migration's or the one of all migrations. */
function expectWaiting(url: string, sessions: number): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' AND datname = current_database()`;
  const count = async () => (await administer(url, waiting)).length;
  return expect.poll(count, { timeout: 30_000, interval: 100 }).toBe(sessions);
}

describe.runIf(testDatabase().kind === 'postgresql')('on PostgreSQL', () => {
  test('one of four processes that start at once on an empty database migrates it', async () => {
    const url = await cloneDatabase('template0');
    const printed = await Promise.all(Array.from({ length: 4 }, () => runFile(fixture, url)));
    const applied = printed.flatMap((text) => JSON.parse(text) as string[]);
    expect(applied).toEqual((await readdir(migrationsFolder)).sort());
    const select = 'SELECT finished_at, rolled_back_at FROM _prisma_migrations';
    const finished = { finished_at: expect.any(Date), rolled_back_at: null };
    expect(await administer(url, select)).toEqual(applied.map(() => finished));
  });

  test('a migration that still runs on the database when its process is killed is applied once', async () => {
    const url = await cloneDatabase();
    const folder = await addSlowMigration();
    const holder = new pg.Client(url);
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(4711)');
    const killed = startFile(fixture, url, folder);
    await expectWaiting(url, 1);
    await killProcess(killed);
    const next = runFile(fixture, url, folder);
    await expectWaiting(url, 2);
    await holder.end();
    expect(JSON.parse(await next)).toEqual([]); // it waits for the first migration, which the database commits
    const select = `SELECT finished_at FROM _prisma_migrations WHERE migration_name LIKE '%note'`;
    expect(await administer(url, select)).toEqual([{ finished_at: expect.any(Date) }]);
    expect(await administer(url, 'SELECT id FROM note')).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
