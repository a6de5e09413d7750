import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { type FolderLock, lockFolder } from '../db/folder-lock.ts';
import { withLease } from '../db/lease.ts';
import { applyMigrations } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { replayUnsaved } from '../oauth/unsaved.ts';
import { type Bootstrapped, bootstrap } from '../projects/bootstrap.service.ts';
import { createLocalKeyProvider, readMasterKeyFile } from '../vault/key-provider.ts';
import { checkMasterKeys } from '../vault/master-keys.ts';
import { makeDeps } from './make-deps.ts';

/** Everything a running server holds, and how to let go of it. */
export type OpenDeps = {
  deps: Deps;
  /** Of the first start only. */
  firstStart: FirstStart | undefined;
  close: () => Promise<void>;
};

/** What the first start made, and where its key is to be read: on the terminal, in a file, or with whoever gave it. */
export type FirstStart = Bootstrapped & { keyFile: string | undefined };

/**
 * Opens the database, brings it up to date, and proves that its values can be opened.
 *
 * @throws ConfigError, or an Error in words for the operator.
 */
export async function openDeps(config: Config, log: Logger): Promise<OpenDeps> {
  const lock = config.databaseUrl === undefined ? await lockDataDir(config) : undefined;
  let database: Database | undefined;
  try {
    const keys = createLocalKeyProvider(await masterKeys(config));
    database = await openDatabase(config);
    await applyMigrations(database);
    const { sql } = database;
    const firstStart = await withLease(
      database,
      'start',
      async () => {
        await checkMasterKeys(sql, keys);
        return makeFirstStart(config, database as Database);
      },
      { seconds: 30, waitSeconds: 60 },
    );
    const deps = makeDeps(config, database, keys, log);
    await replayUnsaved(deps);
    return { deps, firstStart, close: () => close(database, lock) };
  } catch (error) {
    await close(database, lock);
    throw error;
  }
}

async function lockDataDir({ dataDir }: Config): Promise<FolderLock> {
  try {
    return await lockFolder(dataDir);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new ConfigError(
      `DATA_DIR must be a folder that this process may make and write to (${error.code}).`,
    );
  }
}

async function masterKeys({ masterKeys, databaseUrl, dataDir }: Config): Promise<string> {
  if (masterKeys !== undefined) return masterKeys;
  if (databaseUrl === undefined) return readMasterKeyFile(dataDir);
  throw new ConfigError(
    'MASTER_KEYS must be set when DATABASE_URL is: kid:key pairs separated by commas, each key being 32 bytes in base64. Make one with: echo "k1:$(openssl rand -base64 32)"',
  );
}

async function makeFirstStart(
  { bootstrapAccessKey, dataDir }: Config,
  { db }: Database,
): Promise<FirstStart | undefined> {
  const path = join(dataDir, 'bootstrap-access-key');
  const keyFile = bootstrapAccessKey === undefined && !process.stdout.isTTY ? path : undefined;
  const made = await bootstrap(db, bootstrapAccessKey, async (accessKey) => {
    if (keyFile === undefined) return;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(keyFile, `${accessKey}\n`, { mode: 0o600 });
  });
  return made && { ...made, keyFile };
}

async function close(database: Database | undefined, lock: FolderLock | undefined): Promise<void> {
  await database?.close();
  await lock?.release();
}
