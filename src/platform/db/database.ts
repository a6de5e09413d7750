import type { PGlite } from '@electric-sql/pglite';
import type { PrismaClient } from './generated/client.ts';
import type { Listen } from './listen.ts';
import type { Sql } from './sql.ts';

/** One open database: Prisma for most queries, {@link Sql} for the statements that must be fast. */
export type Database = {
  kind: 'postgresql' | 'pglite';
  db: PrismaClient;
  sql: Sql;
  listen: Listen;
  /** Runs a statement that reads nothing, to check that the database responds. */
  ping(): Promise<void>;
  /** Ends every session. Statements that are running can finish. */
  close(): Promise<void>;
  /** Opens a separate session without a time limit, for the migrations. */
  openSession(): Promise<ScriptSession>;
};

/** A session that runs scripts of many statements. */
export type ScriptSession = {
  /** Runs a script. If it fails, its open transaction is rolled back. */
  run(script: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens PostgreSQL at `databaseUrl`; without it, the embedded database in `dataDir`; without both, a
 * database in memory. The caller must hold the lock of `dataDir`. It applies no migrations.
 *
 * @throws UnavailableError if the server cannot be reached.
 */
export async function openDatabase(options: {
  databaseUrl: string | undefined;
  dataDir: string | undefined;
  pglite?: PGlite;
}): Promise<Database> {
  const { databaseUrl, dataDir, pglite } = options;
  // Loads the code of one kind of database only, which makes the start shorter.
  if (databaseUrl !== undefined) {
    const { openPostgresql } = await import('./postgresql.ts');
    return openPostgresql(databaseUrl);
  }
  const { openPglite } = await import('./pglite.ts');
  return openPglite(dataDir, pglite);
}
