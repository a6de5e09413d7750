import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PGlite } from '@electric-sql/pglite';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { Migration } from '../../src/platform/db/migration-files.ts';
import { pgliteMigrationAdapter } from './pglite-adapter.ts';

/** Part of Node, but typed only in the library of the browser. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/** Starts Prisma's schema engine on a database. Costs some 50 ms and 5 MB, once a process. */
export async function startSchemaEngine(
  connect: () => Promise<SqlDriverAdapter>,
): Promise<SchemaEngine> {
  const { SchemaEngine } = await loadEngine();
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: 'patchbay',
    connect,
    connectToShadowDb: connectToScratch,
  };
  return SchemaEngine.new(
    { datamodels: undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/** The engine's form of a folder of migrations. */
export function toMigrationList(baseDir: string, migrations: readonly Migration[]): MigrationList {
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  };
}

/** An empty database in memory, which the engine replays migrations in. */
async function connectToScratch(): Promise<SqlDriverAdapter> {
  const pglite = await PGlite.create();
  const adapter = await pgliteMigrationAdapter(pglite);
  adapter.dispose = () => pglite.close();
  return adapter;
}

type Engine = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

const loaded = Symbol.for('patchbay.schemaEngine');

/** Kept by the process: the package's glue holds one instance, even if this module is there twice. */
function loadEngine(): Promise<Engine> {
  const kept = globalThis as { [loaded]?: Promise<Engine> };
  kept[loaded] ??= instantiateEngine();
  return kept[loaded];
}

/** The package's own entry imports the `.wasm` as a module, which Node 20 does not do. */
async function instantiateEngine(): Promise<Engine> {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const path = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  );
  const bytes = await readFile(path.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}
