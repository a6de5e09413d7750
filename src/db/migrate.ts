import type { Database } from './database.ts';
import { createLeaseTable, withLease } from './lease.ts';
import { type Migration, migrationsFolder, readMigrations } from './migration-files.ts';

/** The table of leases is there before the first migration, which is no reason to refuse it. */
const filters = { externalTables: ['public.lease'], externalEnums: [] };

type HistoryRow = { name: string; finished: boolean };

const engineHolds = `
  SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`;

const readHistory = `
  SELECT migration_name AS name, finished_at IS NOT NULL AS finished
  FROM _prisma_migrations WHERE rolled_back_at IS NULL`;

const dropUnfinished = `
  DELETE FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`;

/**
 * Goes into the migration's own transaction: it is finished exactly when it is committed. The server
 * may still be at it after its process was killed; then it fails here if another has begun anew.
 */
const finish = `
DO $$ BEGIN
  UPDATE _prisma_migrations SET finished_at = now()
  WHERE finished_at IS NULL AND rolled_back_at IS NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'another process has begun this migration anew'; END IF;
END $$;
COMMIT;`;

/**
 * Brings the database up to this version's schema and says which migrations that took. Of several
 * processes that start at once, one does it and the others wait for it. Throws when a migration fails,
 * of which nothing is left then, or when the database is that of a newer version.
 */
export async function applyMigrations(
  database: Database,
  folder: string = migrationsFolder,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  if (isCurrent(await history(database), migrations)) return { applied: [] };
  await createLeaseTable(database);
  const work = () => applyPending(database, folder, migrations);
  return withLease(database, 'migrations', work, { seconds: 30, waitSeconds: 300 });
}

/** Throws unless every migration of this version is applied, and none of a newer one is. */
export async function requireMigrated(database: Database): Promise<void> {
  if (isCurrent(await history(database), await readMigrations(migrationsFolder))) return;
  throw new Error(
    'The database is empty, or is that of an older version of Patchbay: start the server of this version on it first.',
  );
}

async function applyPending(
  database: Database,
  folder: string,
  migrations: readonly Migration[],
): Promise<{ applied: string[] }> {
  // What a killed process left unfinished under this lease was not committed.
  await forgetUnfinished(database);
  if (isCurrent(await history(database), migrations)) return { applied: [] };
  const adapter = await database.connectForMigrations();
  const execute = adapter.executeScript.bind(adapter);
  adapter.executeScript = (script) => execute(script.replace(/COMMIT;\s*$/, () => finish));
  // Few starts have anything to migrate.
  const { startSchemaEngine, toMigrationList } = await import('./migration-engine.ts');
  const engine = await startSchemaEngine(async () => adapter);
  try {
    const migrationsList = toMigrationList(folder, migrations);
    const result = await engine.applyMigrations({ migrationsList, filters });
    return { applied: result.appliedMigrationNames };
  } catch (error) {
    await forgetUnfinished(database);
    throw new Error(`The database could not be migrated: ${describe(error)}`, { cause: error });
  } finally {
    await adapter.dispose();
  }
}

/** Whether all of them are applied; throws when the database holds one that is not among them. */
function isCurrent(rows: readonly HistoryRow[], migrations: readonly Migration[]): boolean {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = rows.find(({ name }) => !known.has(name));
  if (unknown !== undefined) {
    throw new Error(
      `The database holds the migration ${unknown.name}, which this version of Patchbay does not ` +
        'know: a newer version has run on it. Start that version or a later one.',
    );
  }
  const finished = new Set(rows.filter((row) => row.finished).map(({ name }) => name));
  return migrations.every(({ name }) => finished.has(name));
}

async function history({ sql }: Database): Promise<HistoryRow[]> {
  const [held] = await sql<{ exists: boolean }>('has_migrations', engineHolds, []);
  return held?.exists ? sql<HistoryRow>('read_migrations', readHistory, []) : [];
}

async function forgetUnfinished({ sql }: Database): Promise<void> {
  const [held] = await sql<{ exists: boolean }>('has_migrations', engineHolds, []);
  if (held?.exists) await sql('drop_unfinished_migrations', dropUnfinished, []);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
