import { type Config, ConfigError } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { type FolderLock, lockFolder } from '../db/folder-lock.ts';
import { withLease } from '../db/lease.ts';
import {
  createLocalKeyProvider,
  type KeyProvider,
  readMasterKeyFile,
} from '../vault/key-provider.ts';
import { checkMasterKeys, startLease } from '../vault/master-keys.ts';
import { announceProcess, forgetProcesses, type Presence } from '../vault/processes.ts';

/** A database and the master keys over it, and how to let go of both. */
export type Installation = { database: Database; keys: KeyProvider; close: () => Promise<void> };

/**
 * Opens the database of a configuration; the embedded one is this process's own until it is closed.
 * Nothing in it is looked at yet.
 *
 * @throws ConfigError, or an Error in words for the operator.
 */
export async function openInstallation(config: Config): Promise<Installation> {
  const lock = config.databaseUrl === undefined ? await lockDataDir(config) : undefined;
  try {
    const keys = createLocalKeyProvider(await masterKeys(config));
    const database = await openDatabase(config);
    const close = async () => {
      await database.close();
      await lock?.release();
    };
    return { database, keys, close };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/**
 * Says that this process is there and which master keys it holds, then proves that these are all that
 * the database needs; in this order, and under the lease under which the active key changes, so that
 * none is made active that a process lacks.
 *
 * @param alongside done under the same lease.
 * @throws ConfigError naming each key id that is missing or wrong.
 */
export async function joinInstallation<Result>(
  { database, keys }: Pick<Installation, 'database' | 'keys'>,
  alongside: () => Promise<Result>,
): Promise<{ presence: Presence; result: Result }> {
  const { sql, kind } = database;
  return withLease(
    database,
    startLease.name,
    async () => {
      if (kind === 'pglite') await forgetProcesses(sql); // whoever it was is dead: the folder is ours
      const presence = await announceProcess(sql, keys.kids);
      try {
        await checkMasterKeys(sql, keys);
        return { presence, result: await alongside() };
      } catch (error) {
        await presence.leave();
        throw error;
      }
    },
    startLease,
  );
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
