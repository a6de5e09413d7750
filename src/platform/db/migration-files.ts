import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One folder of `prisma/migrations`. Its name begins with a time, so names sort in the right order. */
export type Migration = { name: string; script: string };

/** The folder of the nearest `package.json` above this module. It is the same for `src/` and `dist/`. */
export const packageRoot = findPackageRoot(import.meta.dirname);

export const migrationsFolder = join(packageRoot, 'prisma', 'migrations');

/** Reads all migrations in their order. It throws an error if one of them is not a single transaction. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readMigration(folder, name)));
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const script = await readFile(join(folder, name, 'migration.sql'), 'utf8');
  const statements = script.replace(/^--.*$/gm, '').trim();
  if (!statements.startsWith('BEGIN;') || !statements.endsWith('COMMIT;')) {
    throw new Error(`Migration ${name} must be one transaction, from BEGIN; to COMMIT;.`);
  }
  return { name, script };
}

function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new Error('No package.json above the module: where are the migrations?');
  return findPackageRoot(parent);
}
