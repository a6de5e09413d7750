import { randomUUID } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/db/database.ts';
import { applyMigrations } from '../../src/db/migrate.ts';
import { administer, databaseUrl } from './postgresql.ts';
import type {} from './test-database.ts';

/** Migrates one template a run; every test file clones it. Drops template and clones at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined) throw new Error('TEST_DATABASE_URL names no server.');
  const template = `patchbay_test_${randomUUID().slice(0, 8)}`;
  await administer(url, `CREATE DATABASE ${template}`);
  const database = await openDatabase({
    databaseUrl: databaseUrl(url, template),
    dataDir: undefined,
  });
  await applyMigrations(database);
  await database.close();
  project.provide('testDatabase', { kind: 'postgresql', url, template });
  return () => dropAll(url, template);
}

async function dropAll(url: string, template: string): Promise<void> {
  const rows = await administer(
    url,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${template}')`,
  );
  for (const { datname } of rows) await administer(url, `DROP DATABASE ${datname} WITH (FORCE)`);
}
