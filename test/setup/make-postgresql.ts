import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/db/database.ts';
import { applyMigrations } from '../../src/platform/db/migrate.ts';
import { administer, databaseUrl } from './postgresql.ts';
import type { PostgresqlSource } from './test-database.ts';

/** Migrates one template a run; every test file clones it. Drops template and clones at the end. */
export async function makePostgresql(url: string) {
  const template = `patchbay_test_${randomUUID().slice(0, 8)}`;
  await administer(url, `CREATE DATABASE ${template}`);
  const database = await openDatabase({
    databaseUrl: databaseUrl(url, template),
    dataDir: undefined,
  });
  await applyMigrations(database);
  await database.close();
  const originalIn = join(tmpdir(), template);
  const source: PostgresqlSource = { kind: 'postgresql', url, template, originalIn };
  const remove = async () => {
    await rm(originalIn, { recursive: true, force: true });
    await dropAll(url, template);
  };
  return { source, remove };
}

async function dropAll(url: string, template: string): Promise<void> {
  const rows = await administer(
    url,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${template}')`,
  );
  const left = rows.values();
  const drop = async () => {
    for (const { datname } of left) await administer(url, `DROP DATABASE ${datname} WITH (FORCE)`);
  };
  await Promise.all([drop(), drop(), drop(), drop()]); // there are hundreds
}
