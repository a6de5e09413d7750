import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { applyMigrations } from '../../src/platform/db/migrate.ts';
import { migrationsFolder, readMigrations } from '../../src/platform/db/migration-files.ts';
import { openBlankDatabase } from '../helpers/database.ts';

/** The migrations of this version. */
const known = (await readMigrations(migrationsFolder)).map(({ name }) => name);

let database: Database;
let folder: string;
beforeEach(async () => {
  database = await openBlankDatabase();
  folder = await mkdtemp(join(tmpdir(), 'patchbay-migrations-'));
  await cp(migrationsFolder, folder, { recursive: true });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function addMigration(name: string, script: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'migration.sql'), script);
}

const recorded = () =>
  database.sql<{ name: string; finished: boolean }>(
    'recorded',
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations ORDER BY started_at`,
    [],
  );

async function tables(): Promise<unknown[]> {
  const rows = await database.sql<{ name: string }>(
    'tables',
    `SELECT table_name AS name FROM information_schema.tables WHERE table_name ~ '^(note|memo)$'`,
    [],
  );
  return rows.map(({ name }) => name);
}

test('every migration is applied once', async () => {
  const { applied } = await applyMigrations(database);
  expect(applied).toEqual((await readdir(migrationsFolder)).sort());
  expect(await applyMigrations(database)).toEqual({ applied: [] });
});

test('a later migration is applied to a migrated database', async () => {
  await applyMigrations(database, folder);
  await addMigration('20990101000000_note', 'BEGIN;\nCREATE TABLE note (id int);\nCOMMIT;\n');
  expect(await applyMigrations(database, folder)).toEqual({ applied: ['20990101000000_note'] });
  expect(await tables()).toEqual(['note']);
});

test('a failed migration changes nothing, is not recorded, and can be repaired', async () => {
  await addMigration(
    '20990101000000_note',
    `BEGIN;
     CREATE TABLE note (id int);
     CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
     CREATE TABLE memo (id no_such_type);
     COMMIT;`,
  );
  await expect(applyMigrations(database, folder)).rejects.toThrow(/no_such_type/);
  expect(await tables()).toEqual([]);
  expect(await recorded()).toEqual(known.map((name) => ({ name, finished: true })));
  await rm(join(folder, '20990101000000_note'), { recursive: true });
  await addMigration('20990101000000_note', 'BEGIN;\nCREATE TABLE note (id int);\nCOMMIT;\n');
  expect(await applyMigrations(database, folder)).toEqual({ applied: ['20990101000000_note'] });
});

test('a migration of a killed process is applied by the next process', async () => {
  await applyMigrations(database, folder);
  await addMigration('20990101000000_note', 'BEGIN;\nCREATE TABLE note (id int);\nCOMMIT;\n');
  await database.sql(
    'begin_migration',
    `INSERT INTO _prisma_migrations (id, checksum, migration_name)
     VALUES ('killed', '', '20990101000000_note')`,
    [],
  );
  expect(await applyMigrations(database, folder)).toEqual({ applied: ['20990101000000_note'] });
  expect(await recorded()).toHaveLength(known.length + 1);
});

test('a migration that is not a single transaction is refused before any is applied', async () => {
  await addMigration('20990101000000_note', 'CREATE TABLE note (id int);');
  await expect(applyMigrations(database, folder)).rejects.toThrow(
    'Migration 20990101000000_note must be one transaction',
  );
});

test('a database of a newer version is refused', async () => {
  await addMigration('20990101000000_note', 'BEGIN;\nCREATE TABLE note (id int);\nCOMMIT;\n');
  await applyMigrations(database, folder);
  await expect(applyMigrations(database)).rejects.toThrow(
    'The database holds the migration 20990101000000_note, which this version of Patchbay does not know',
  );
});

test('a database with foreign tables is refused', async () => {
  await database.sql('foreign', 'CREATE TABLE memo (id int)', []);
  await expect(applyMigrations(database)).rejects.toThrow('The database schema is not empty');
  expect(await tables()).toEqual(['memo']);
});
