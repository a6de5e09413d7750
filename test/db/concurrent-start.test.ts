import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { migrationsFolder } from '../../src/db/migration-files.ts';
import { cloneDatabase } from '../helpers/database.ts';
import { administer } from '../setup/postgresql.ts';
import { killProcess, runFile, startFile } from './processes.ts';

const fixture = join(import.meta.dirname, 'fixtures', 'migrate-once.ts');
const slow = `BEGIN;
SELECT pg_sleep(4);
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

async function waitForRow(url: string, statement: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await administer(url, statement)).length > 0) return;
    await wait(100);
  }
  throw new Error(`No row came of ${statement}`);
}

describe.runIf(inject('testDatabase').kind === 'postgresql')('on PostgreSQL', () => {
  test('of four processes that start at once on an empty database, one migrates it', async () => {
    const url = await cloneDatabase('template0');
    const printed = await Promise.all(Array.from({ length: 4 }, () => runFile(fixture, url)));
    const applied = printed.flatMap((text) => JSON.parse(text) as string[]);
    expect(applied).toEqual((await readdir(migrationsFolder)).sort());
    const select = 'SELECT finished_at, rolled_back_at FROM _prisma_migrations';
    const finished = { finished_at: expect.any(Date), rolled_back_at: null };
    expect(await administer(url, select)).toEqual(applied.map(() => finished));
    expect(await administer(url, 'SELECT name FROM lease')).toEqual([]);
  });

  test('a migration that the server is still at when its process is killed is applied once', async () => {
    const url = await cloneDatabase();
    const folder = await addSlowMigration();
    const killed = startFile(fixture, url, folder);
    const asleep = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event = 'PgSleep' AND datname = current_database()`;
    await waitForRow(url, asleep);
    await killProcess(killed);
    await administer(url, 'DELETE FROM lease');
    expect(JSON.parse(await runFile(fixture, url, folder))).toEqual(['20990101000000_note']);
    const select = `SELECT finished_at FROM _prisma_migrations WHERE migration_name LIKE '%note'`;
    expect(await administer(url, select)).toEqual([{ finished_at: expect.any(Date) }]);
    expect(await administer(url, 'SELECT id FROM note')).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
