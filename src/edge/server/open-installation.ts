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

/** A database and its master keys, with a way to close both. */
export type Installation = { database: Database; keys: KeyProvider; close: () => Promise<void> };

/**
 * Opens the database of a configuration, without looking at its contents. An embedded database belongs to
 * this process until it is closed.
 *
 * @param makesKeys whether a new embedded installation gets its master keys; only a server creates one.
 * @throws ConfigError, or an Error whose message is for the operator.
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
 * Announces this process and its master keys, then proves that these are all keys that the database needs.
 * The order matters, and so does the lease, under which the active key changes: no key can become active
 * that a process lacks.
 *
 * @param alongside runs under the same lease. @throws ConfigError that names each missing or wrong key id.
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
      if (kind === 'pglite') await forgetProcesses(sql); // the folder is ours, so every other process is dead
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

/**
 * Reads the keys of a configuration; undefined for an embedded installation without its key file.
 */
async function readMasterKeys(config: Config): Promise<string | undefined> {
  const { masterKeys, databaseUrl, dataDir } = config;
  if (masterKeys !== undefined) return masterKeys;
  if (databaseUrl === undefined) return readMasterKeyFile(dataDir);
  throw new ConfigError(
    'MASTER_KEYS must be set when DATABASE_URL is: kid:key pairs separated by commas, each key being 32 bytes in base64. Make one with: echo "k1:$(openssl rand -base64 32)"',
  );
}

/**
 * Creates master keys only for an empty database. If the file of an existing one is lost, a new key would
 * open nothing.
 */
async function makeMasterKeys({ sql }: Database, { dataDir }: Config): Promise<string> {
  if (await hasMasterKeys(sql)) throw missingMasterKeys(dataDir);
  return createMasterKeyFile(dataDir);
}
