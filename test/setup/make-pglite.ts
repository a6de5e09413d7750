import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openDatabase } from '../../src/platform/db/database.ts';
import { applyMigrations } from '../../src/platform/db/migrate.ts';
import type { PgliteSource } from './test-database.ts';

/** Migrates one embedded database a run; every test file begins with a copy. */
export async function makePglite() {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-test-'));
  const blank = join(folder, 'blank.tar');
  const migrated = join(folder, 'migrated.tar');
  const pglite = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'] });
  await dropTemplates(pglite);
  const database = await openDatabase({ databaseUrl: undefined, dataDir: undefined, pglite });
  await dump(pglite, blank);
  await applyMigrations(database);
  await dump(pglite, migrated);
  await database.close();
  const source: PgliteSource = { kind: 'pglite', blank, migrated };
  return { source, remove: () => rm(folder, { recursive: true }) };
}

/** Drops the templates: each is as large as the database, and every test file would unpack them. */
async function dropTemplates(pglite: PGlite): Promise<void> {
  await pglite.exec('UPDATE pg_database SET datistemplate = false');
  for (const name of ['template0', 'template1']) await pglite.exec(`DROP DATABASE ${name}`);
}

async function dump(pglite: PGlite, path: string): Promise<void> {
  await pglite.exec('CHECKPOINT');
  const tar = await pglite.dumpDataDir('none');
  await writeFile(path, Buffer.from(await tar.arrayBuffer()));
}
