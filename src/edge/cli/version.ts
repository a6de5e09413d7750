import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  migrationsFolder,
  packageRoot,
  readMigrations,
} from '../../platform/db/migration-files.ts';

/** Returns the version of the server and its newest migration. */
export async function readVersion(): Promise<{ version: string; migration: string }> {
  const text = await readFile(join(packageRoot, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const migrations = await readMigrations(migrationsFolder);
  return { version, migration: migrations.at(-1)?.name ?? '' };
}
