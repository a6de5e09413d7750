import { createHash, randomUUID } from 'node:crypto';
import type { Database, ScriptSession } from './database.ts';
import { type Migration, migrationsFolder, readMigrations } from './migration-files.ts';

/*
 * Applies the migrations and records them in Prisma's own table, so that `prisma migrate deploy` and
 * `prisma migrate status` can be used on the same database.
 */

type HistoryRow = { name: string; finished: boolean };

/**
 * Takes the advisory lock that Prisma's commands take too. If a process dies, PostgreSQL frees its lock only
 * when the statement that it was running ends.
 */
const takeLock = `SET lock_timeout = '300s'; SELECT pg_advisory_lock(72707369);`;

const historyExists = `
  SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`;

/** Earlier versions created the table of leases before the first migration. */
const foreignTables = `
  SELECT tablename AS name FROM pg_tables
  WHERE schemaname = current_schema() AND tablename <> 'lease'`;

/** The table in the form in which Prisma creates it. */
const createHistory = `
  CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

const readHistory = `
  SELECT migration_name AS name, finished_at IS NOT NULL AS finished
  FROM _prisma_migrations WHERE rolled_back_at IS NULL`;

/** Earlier versions recorded the start of a migration before its transaction. */
const dropUnfinished = `
  DELETE FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`;

/**
 * Applies the migrations that the database lacks, and returns them. If several processes start at the same
 * time, one of them migrates and the others wait.
 *
 * @throws Error if a migration fails, and if a newer version has migrated the database. A failed migration
 * changes nothing, because each is one transaction.
 */
export async function applyMigrations(
  database: Database,
  folder: string = migrationsFolder,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  if (isCurrent(await history(database), migrations)) return { applied: [] };
  const session = await database.openSession();
  try {
    await session.run(takeLock);
    return { applied: await applyPending(database, session, migrations) };
  } catch (error) {
    throw new Error(`The database could not be migrated: ${describeMigrationError(error)}`, {
      cause: error,
    });
  } finally {
    await session.close();
  }
}

/** Throws an error unless the database has every migration of this version and none of a newer one. */
export async function requireMigrated(database: Database): Promise<void> {
  if (isCurrent(await history(database), await readMigrations(migrationsFolder))) return;
  throw new Error(
    'The database is empty, or is that of an older version of Patchbay: start the server of this version on it first.',
  );
}

async function applyPending(
  database: Database,
  session: ScriptSession,
  migrations: readonly Migration[],
): Promise<string[]> {
  const rows = await history(database);
  if (isCurrent(rows, migrations)) return []; // another process was first
  if (rows === undefined) await requireEmptyDatabase(database);
  await session.run(rows === undefined ? createHistory : dropUnfinished);
  const finished = finishedNames(rows);
  const pending = migrations.filter(({ name }) => !finished.has(name));
  for (const migration of pending) await session.run(withRecord(migration));
  return pending.map(({ name }) => name);
}

/**
 * Returns a script that applies a migration and records it in the same transaction, so that no crash can
 * leave a migration that is applied but not recorded.
 */
function withRecord({ name, script }: Migration): string {
  const checksum = createHash('sha256').update(script).digest('hex');
  const record = `
    INSERT INTO _prisma_migrations
      (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES ('${randomUUID()}', '${checksum}', '${name}', now(), clock_timestamp(), 1);
    COMMIT;`;
  return script.trimEnd().replace(/COMMIT;$/, () => record);
}

/** Whether the database has all migrations. It throws an error if the database has an unknown one. */
function isCurrent(rows: HistoryRow[] | undefined, migrations: readonly Migration[]): boolean {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = rows?.find(({ name }) => !known.has(name));
  if (unknown !== undefined) {
    throw new Error(
      `The database holds the migration ${unknown.name}, which this version of Patchbay does not ` +
        'know: a newer version has run on it. Start that version or a later one.',
    );
  }
  const finished = finishedNames(rows);
  return migrations.every(({ name }) => finished.has(name));
}

function finishedNames(rows: HistoryRow[] = []): Set<string> {
  return new Set(rows.filter(({ finished }) => finished).map(({ name }) => name));
}

/** Returns the recorded migrations; undefined if no migration was ever applied. */
async function history({ sql }: Database): Promise<HistoryRow[] | undefined> {
  const [found] = await sql<{ exists: boolean }>('has_migrations', historyExists, []);
  return found?.exists ? sql<HistoryRow>('read_migrations', readHistory, []) : undefined;
}

async function requireEmptyDatabase({ sql }: Database): Promise<void> {
  const [table] = await sql<{ name: string }>('foreign_tables', foreignTables, []);
  if (table === undefined) return;
  throw new Error(
    `The database schema is not empty: it has the table "${table.name}", which is not Patchbay's. ` +
      'Name an empty database in DATABASE_URL.',
  );
}

function describeMigrationError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
