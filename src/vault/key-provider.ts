import { randomBytes } from 'node:crypto';
import { open as openFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config.ts';
import { openWrapped, wrap } from './wrapped.ts';

/** Where master keys live. They never leave it; a key management service would stand behind the same three. */
export type KeyProvider = {
  /** The ids of the keys that this process holds; the first is the one a new installation starts with. */
  readonly kids: readonly string[];
  /** Encrypts a data key. `context` must be given again to open it. */
  wrap(kid: string, context: Uint8Array, key: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws VaultError when `kid` is not held, or does not open it in this context. */
  unwrap(kid: string, context: Uint8Array, wrapped: Uint8Array): Promise<Buffer>;
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
  };
}

/** The `MASTER_KEYS` of an embedded installation, from a 0600 file that the first start writes. */
export async function readMasterKeyFile(dataDir: string): Promise<string> {
  const path = masterKeyFile(dataDir);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const masterKeys = `k1:${randomBytes(32).toString('base64')}`;
  await writeDurably(path, `${masterKeys}\n`);
  return masterKeys;
}

/** Puts a new key before those in the file: the one to rotate to. Call it while no server can. */
export async function addMasterKeyToFile(dataDir: string): Promise<void> {
  const path = masterKeyFile(dataDir);
  const before = await readMasterKeyFile(dataDir);
  const numbers = [...before.matchAll(/(?:^|,)\s*k(\d+):/g)].map(([, digits]) => Number(digits));
  const kid = `k${Math.max(0, ...numbers) + 1}`;
  const unfinished = `${path}.unfinished`;
  await rm(unfinished, { force: true });
  await writeDurably(unfinished, `${kid}:${randomBytes(32).toString('base64')},${before}\n`);
  await rename(unfinished, path);
}

/** Where an embedded installation keeps its master keys, beside its database. */
export function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master-keys');
}

/** The key must outlast what it seals: it is on the disk before anything is sealed with it. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await openFile(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
