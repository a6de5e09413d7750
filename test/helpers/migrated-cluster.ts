import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../../src/platform/db/database.ts';
import { applyMigrations } from '../../src/platform/db/migrate.ts';
import { type Cluster, startCluster } from '../setup/cluster.ts';
import { testDatabase } from '../setup/test-database.ts';

/**
 * Starts a new PostgreSQL server, whose database `postgres` is migrated and empty. The first caller of a
 * run makes the original; all servers are copies of its files.
 */
export async function startMigratedCluster(settings?: Record<string, string>): Promise<Cluster> {
  const source = testDatabase();
  if (source.kind === 'pglite') throw new Error('PGlite is no server.');
  return startCluster(settings, await findOriginal(source.originalIn));
}

async function findOriginal(folder: string): Promise<string> {
  const original = join(folder, 'data');
  if (isFirst(folder)) await makeOriginal(original);
  while (!existsSync(original)) await wait(50); // another worker is making it
  return original;
}

function isFirst(folder: string): boolean {
  if (mkdirSync(folder, { recursive: true }) === undefined) return false;
  chmodSync(folder, 0o755); // PostgreSQL may run as another account
  return true;
}

async function makeOriginal(path: string): Promise<void> {
  const cluster = await startCluster();
  try {
    const database = await openDatabase({ databaseUrl: cluster.url(), dataDir: undefined });
    await applyMigrations(database);
    await database.close();
    await cluster.halt();
    await rename(cluster.data, path);
  } finally {
    await cluster.stop();
  }
}
