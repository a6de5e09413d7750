import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isMasterKeys } from '../../platform/config/config.environment.ts';
import { ConfigError } from '../../platform/errors.ts';
import { readPrivateFile, writePrivateFile } from '../../platform/private-file.ts';
import { VaultError } from './sealed.ts';

/**
 * The keeper of master keys, which never leave it. A key management service could take its place.
 */
export type KeyProvider = {
  /** The ids of the keys that this process holds. A new installation starts with the first. */
  readonly kids: readonly string[];
  /** Encrypts a data key. Opening it needs the same `context`. */
  wrap(kid: string, context: Uint8Array, key: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Decrypts a data key.
   *
   * @throws VaultError if `kid` is not held, or does not open the key in this context.
   */
  unwrap(kid: string, context: Uint8Array, wrapped: Uint8Array): Promise<Buffer>;
  /**
   * Derives a 32-byte key for one purpose (HKDF-SHA256, RFC 5869). The derived key reveals nothing about
   * the master key.
   *
   * @throws VaultError if `kid` is not held.
   */
  derive(kid: string, purpose: string): Promise<Buffer>;
};

/**
 * Creates a provider that keeps the keys in this process's memory, from `kid:base64` pairs separated by
 * commas.
 */
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
      if (key === undefined) throw new VaultError(kid, 'MASTER_KEYS does not contain it');
      return Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
    },
  };
}

/**
 * Reads the master keys of an embedded installation from its file; undefined if the file does not exist.
 *
 * @throws ConfigError if the file is a link or contains something else.
 */
export async function readMasterKeyFile(dataDir: string): Promise<string | undefined> {
  const path = masterKeyFile(dataDir);
  const masterKeys = (await readPrivateFile(path))?.trim();
  if (masterKeys === undefined || isMasterKeys(masterKeys)) return masterKeys;
  throw new ConfigError(
    `${path} holds no master keys, or not whole ones: put the right file there, or set MASTER_KEYS.`,
  );
}

/**
 * Writes the key file of a new installation. It waits until the key is on the disk, because anything
 * sealed with a lost key is lost too.
 */
export async function createMasterKeyFile(dataDir: string): Promise<string> {
  const masterKeys = makeMasterKey('k1');
  await writePrivateFile(masterKeyFile(dataDir), `${masterKeys}\n`);
  return masterKeys;
}

/**
 * Adds a new key at the front of the file, for a rotation. Call it only while no server can run.
 */
export async function addMasterKeyToFile(dataDir: string): Promise<void> {
  const before = await readMasterKeyFile(dataDir);
  if (before === undefined) throw missingMasterKeys(dataDir);
  const numbers = [...before.matchAll(/(?:^|,)\s*k(\d+):/g)].map(([, digits]) => Number(digits));
  const kid = `k${Math.max(0, ...numbers) + 1}`;
  await writePrivateFile(masterKeyFile(dataDir), `${makeMasterKey(kid)},${before}\n`);
}

/** Returns the error for an embedded installation whose master keys are missing. */
export function missingMasterKeys(dataDir: string): ConfigError {
  const path = masterKeyFile(dataDir);
  return new ConfigError(
    `The master keys are missing: put them back into ${path}, or set MASTER_KEYS.`,
  );
}

function makeMasterKey(kid: string): string {
  return `${kid}:${randomBytes(32).toString('base64')}`;
}

/** Returns the path of the master keys of an embedded installation, beside its database. */
export function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master-keys');
}

/* A wrapped data key is format (1 byte) | nonce (12) | ciphertext (32) | tag (16), AES-256-GCM. */

const wrappedFormat = 1;
const wrappedLength = 1 + 12 + 32 + 16;

/** Encrypts a 32-byte data key with a master key, for one context. */
function wrap(
  masterKey: Uint8Array | undefined,
  kid: string,
  context: Uint8Array,
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (masterKey === undefined) throw new VaultError(kid, 'MASTER_KEYS does not contain it');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce);
  cipher.setAAD(context);
  return Buffer.concat([
    Buffer.of(wrappedFormat),
    nonce,
    cipher.update(key),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** Decrypts a data key that {@link wrap} encrypted. */
function openWrapped(
  masterKey: Uint8Array | undefined,
  kid: string,
  context: Uint8Array,
  wrapped: Uint8Array,
): Buffer {
  if (masterKey === undefined) throw new VaultError(kid, 'MASTER_KEYS does not contain it');
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength);
  if (bytes.length !== wrappedLength || bytes[0] !== wrappedFormat) {
    throw new VaultError(kid, 'it is not a wrapped key');
  }
  const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, 13), {
    authTagLength: 16,
  });
  decipher.setAAD(context);
  decipher.setAuthTag(bytes.subarray(-16));
  const key = decipher.update(bytes.subarray(13, -16));
  try {
    decipher.final();
  } catch (cause) {
    throw new VaultError(kid, 'the key is a different one, or the value was changed', { cause });
  }
  return key;
}
