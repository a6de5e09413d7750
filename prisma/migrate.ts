import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import {
  migrationsFolder,
  packageRoot,
  readMigrations,
} from '../src/platform/db/migration-files.ts';
import { pgliteMigrationAdapter } from './engine/pglite-adapter.ts';
import { startSchemaEngine, toMigrationList } from './engine/schema-engine.ts';

const name = process.argv[2] ?? '';

if (/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) await writeMigration();
else fail('Say what changes, in lower case: npm run migration -- add_connection_notes');

/** Writes what leads from the migrations to schema.prisma as one more migration. */
async function writeMigration(): Promise<void> {
  const script = await diffToSchema();
  if (script === undefined) return say('The migrations already lead to schema.prisma.');
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${time}_${name}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'migration.sql');
  // Prisma knows no collations: without one, order and comparison are those of the server's locale.
  const collated = script.trim().replace(/ TEXT(\[\])?(?=[ ,;\n])/g, ' TEXT$1 COLLATE "C"');
  await writeFile(path, `BEGIN;\n\n${collated}\n\nCOMMIT;\n`);
  say(`${path} is written; read it before you commit it.`);
}

async function diffToSchema(): Promise<string | undefined> {
  const pglite = await PGlite.create();
  const engine = await startSchemaEngine(() => pgliteMigrationAdapter(pglite));
  const path = join(packageRoot, 'prisma', 'schema.prisma');
  const migrations = toMigrationList(migrationsFolder, await readMigrations(migrationsFolder));
  const { stdout } = await engine.diff({
    from: { tag: 'migrations', ...migrations },
    to: { tag: 'schemaDatamodel', files: [{ path, content: await readFile(path, 'utf8') }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  await pglite.close();
  return stdout === null || stdout.includes('This is an empty migration') ? undefined : stdout;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
