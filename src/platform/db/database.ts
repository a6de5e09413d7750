import type { PGlite } from '@electric-sql/pglite';
import type { PrismaClient } from './generated/client.ts';
import type { Listen } from './listen.ts';
import type { Sql } from './sql.ts';

/** One open database: Prisma for clarity, {@link Sql} for the few hot statements. */
export type Database = {
  kind: 'postgresql' | 'pglite';
  db: PrismaClient;
  sql: Sql;
  listen: Listen;
  /** Resolves when a statement has gone through. */
  ping(): Promise<void>;
  /** Ends every session; what still runs may finish. */
  close(): Promise<void>;
  /** Opens one session of its own without a time limit, for the migrations. */
  openSession(): Promise<ScriptSession>;
};

/** A session that runs scripts of many statements. */
export type ScriptSession = {
  /** Runs a script; when it fails, its open transaction is rolled back. */
  run(script: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens PostgreSQL at `databaseUrl`, or else the embedded database in `dataDir`, or in memory if there is
 * none. The caller holds the lock of `dataDir`. The database is not migrated here. Throws an
 * `UnavailableError` if the server cannot be reached.
 */
export async function openDatabase(options: {
  databaseUrl: string | undefined;
  dataDir: string | undefined;
  pglite?: PGlite;
}): Promise<Database> {
  const { databaseUrl, dataDir, pglite } = options;
  // A process that opens one kind of database need not load the code of the other.
  if (databaseUrl !== undefined) {
    const { openPostgresql } = await import('./postgresql.ts');
    return openPostgresql(databaseUrl);
  }
  const { openPglite } = await import('./pglite.ts');
  return openPglite(dataDir, pglite);
}
