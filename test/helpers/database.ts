import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { type Database, openDatabase } from '../../src/platform/db/database.ts';
import { administer, databaseUrl } from '../setup/postgresql.ts';
import { testDatabase } from '../setup/test-database.ts';
import { makeEmbedded } from './embedded-database.ts';
import { borrowDatabase } from './lent-database.ts';

/**
 * Opens a new database, migrated and empty, of the kind that the running project tests.
 * Open it in `beforeAll`, close it in `afterAll`.
 */
export async function openTestDatabase(): Promise<Database> {
  return borrowDatabase(async () => {
    const source = testDatabase();
    if (source.kind === 'pglite') return openPglite(await makeEmbedded(source.migrated));
    return openDatabase({ databaseUrl: await cloneDatabase(), dataDir: undefined });
  });
}

/** Opens a database like {@link openTestDatabase}, but without migrations. */
export async function openBlankDatabase(): Promise<Database> {
  const source = testDatabase();
  if (source.kind === 'pglite') return openPglite(await makeEmbedded(source.blank));
  return openDatabase({ databaseUrl: await cloneDatabase('template0'), dataDir: undefined });
}

/** Clones a database of the PostgreSQL test server for the rest of the run; returns its URL. */
export async function cloneDatabase(template?: string): Promise<string> {
  const source = testDatabase();
  if (source.kind === 'pglite') throw new Error('PGlite has no databases to clone.');
  const name = `${source.template}_${randomUUID().slice(0, 8)}`;
  await administer(
    source.url,
    `CREATE DATABASE ${name} TEMPLATE ${template ?? source.template} STRATEGY file_copy`,
  );
  return databaseUrl(source.url, name);
}

function openPglite(pglite: PGlite): Promise<Database> {
  return openDatabase({ databaseUrl: undefined, dataDir: undefined, pglite });
}
