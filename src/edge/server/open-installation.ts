import {
  createLocalKeyProvider,
  createMasterKeyFile,
  type KeyProvider,
  missingMasterKeys,
  readMasterKeyFile,
} from '../../core/vault/key-provider.ts';
import { checkMasterKeys, hasMasterKeys, startLease } from '../../core/vault/master-keys.ts';
import { announceProcess, forgetProcesses, type Presence } from '../../core/vault/processes.ts';
import type { Config } from '../../platform/config/config.ts';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { type FolderLock, lockFolder } from '../../platform/db/folder-lock.ts';
import { withLease } from '../../platform/db/lease.ts';
import { ConfigError } from '../../platform/errors.ts';

/** A database and the master keys over it, and how to let go of both. */
export type Installation = { database: Database; keys: KeyProvider; close: () => Promise<void> };

/**
 * Opens the database of a configuration; the embedded one is this process's own until it is closed.
 * Nothing in it is looked at yet.
 *
 * @param makesKeys whether a new embedded installation gets its master keys: only a server begins one.
 * @throws ConfigError, or an Error in words for the operator.
 */
export async function openInstallation(
  config: Config,
  { makesKeys }: { makesKeys: boolean },
): Promise<Installation> {
  const lock = config.databaseUrl === undefined ? await lockDataDir(config) : undefined;
  let database: Database | undefined;
  const close = async () => {
    await database?.close();
    await lock?.release();
  };
  try {
    const given = await readMasterKeys(config);
    if (given === undefined && !makesKeys) throw missingMasterKeys(config.dataDir);
    const held = given === undefined ? undefined : createLocalKeyProvider(given);
    database = await openDatabase(config);
    const keys = held ?? createLocalKeyProvider(await makeMasterKeys(database, config));
    return { database, keys, close };
  } catch (error) {
    await close();
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

/** The keys of a configuration; undefined for an embedded installation without its file. */
async function readMasterKeys(config: Config): Promise<string | undefined> {
  const { masterKeys, databaseUrl, dataDir } = config;
  if (masterKeys !== undefined) return masterKeys;
  if (databaseUrl === undefined) return readMasterKeyFile(dataDir);
  throw new ConfigError(
    'MASTER_KEYS must be set when DATABASE_URL is: kid:key pairs separated by commas, each key being 32 bytes in base64. Make one with: echo "k1:$(openssl rand -base64 32)"',
  );
}

/** A new key opens nothing of a database that had others: a file that is lost is not replaced. */
async function makeMasterKeys({ sql }: Database, { dataDir }: Config): Promise<string> {
  if (await hasMasterKeys(sql)) throw missingMasterKeys(dataDir);
  return createMasterKeyFile(dataDir);
}
