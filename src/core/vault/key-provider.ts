import { hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isMasterKeys } from '../../platform/config/config.environment.ts';
import { ConfigError } from '../../platform/errors.ts';
import { readPrivateFile, writePrivateFile } from '../../platform/private-file.ts';
import { VaultError } from './sealed.ts';
import { openWrapped, wrap } from './wrapped.ts';

/** Where master keys live. They never leave it; a key management service would do the same. */
export type KeyProvider = {
  /** The ids of the keys that this process holds; the first is the one a new installation starts with. */
  readonly kids: readonly string[];
  /** Encrypts a data key. `context` must be given again to open it. */
  wrap(kid: string, context: Uint8Array, key: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws VaultError when `kid` is not held, or does not open it in this context. */
  unwrap(kid: string, context: Uint8Array, wrapped: Uint8Array): Promise<Buffer>;
  /**
   * Derives a 32-byte key for one purpose (HKDF-SHA256, RFC 5869). It tells nothing of the master key.
   *
   * @throws VaultError when `kid` is not held.
   */
  derive(kid: string, purpose: string): Promise<Buffer>;
};

/** Keys in this process's memory, from `kid:base64` pairs separated by commas. */
export function createLocalKeyProvider(masterKeys: string): KeyProvider {
  const keys = new Map<string, Buffer>();
  for (const pair of masterKeys.split(',')) {
    const [kid = '', key = ''] = pair.trim().split(':');
    if (keys.has(kid)) throw new ConfigError(`MASTER_KEYS must name each key once.`);
    keys.set(kid, Buffer.from(key, 'base64'));
  }
  return {
    kids: [...keys.keys()],
    wrap: async (kid, context, key) => wrap(keys.get(kid), kid, context, key),
    unwrap: async (kid, context, wrapped) => openWrapped(keys.get(kid), kid, context, wrapped),
    derive: async (kid, purpose) => {
      const key = keys.get(kid);
      if (key === undefined) throw new VaultError(kid, 'MASTER_KEYS does not hold it');
      return Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
    },
  };
}

/**
 * Reads the `MASTER_KEYS` of an embedded installation from its file; undefined when there is none.
 *
 * @throws ConfigError when the file is a link or holds something else.
 */
export async function readMasterKeyFile(dataDir: string): Promise<string | undefined> {
  const path = masterKeyFile(dataDir);
  const masterKeys = (await readPrivateFile(path))?.trim();
  if (masterKeys === undefined || isMasterKeys(masterKeys)) return masterKeys;
  throw new ConfigError(
    `${path} holds no master keys, or not whole ones: put the right file there, or set MASTER_KEYS.`,
  );
}

/** Writes the file of a new installation: the key is on the disk before anything is sealed with it. */
export async function createMasterKeyFile(dataDir: string): Promise<string> {
  const masterKeys = makeMasterKey('k1');
  await writePrivateFile(masterKeyFile(dataDir), `${masterKeys}\n`);
  return masterKeys;
}

/** Puts a new key before those in the file: the one to rotate to. Call it while no server can. */
export async function addMasterKeyToFile(dataDir: string): Promise<void> {
  const before = await readMasterKeyFile(dataDir);
  if (before === undefined) throw missingMasterKeys(dataDir);
  const numbers = [...before.matchAll(/(?:^|,)\s*k(\d+):/g)].map(([, digits]) => Number(digits));
  const kid = `k${Math.max(0, ...numbers) + 1}`;
  await writePrivateFile(masterKeyFile(dataDir), `${makeMasterKey(kid)},${before}\n`);
}

/** Says that an embedded installation lacks its keys. */
export function missingMasterKeys(dataDir: string): ConfigError {
  const path = masterKeyFile(dataDir);
  return new ConfigError(
    `The master keys are missing: put them back into ${path}, or set MASTER_KEYS.`,
  );
}

function makeMasterKey(kid: string): string {
  return `${kid}:${randomBytes(32).toString('base64')}`;
}

/** Where an embedded installation keeps its master keys, beside its database. */
export function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master-keys');
}
