import { LRUCache } from 'lru-cache';
import type { Sql } from '../../platform/db/sql.ts';
import {
  type DataKeyRow,
  replaceDataKey,
  reservedSeals,
  reserveSeals,
  wrappingContext,
} from './data-keys.ts';
import type { KeyProvider } from './key-provider.ts';
import { openSealed, type SealContext, seal, VaultError } from './sealed.ts';

/** Milliseconds for which an unwrapped data key stays in memory. */
const cacheTime = 5 * 60_000;
const cachedKeys = 10_000;

/** The cache key of the server's own data key, instead of a project id. */
const server = 'server';

type Reserved = { key: SealingKey; left: number };

/** An unwrapped data key that can seal. */
export type SealingKey = { id: string; key: Uint8Array };

/** Seals and opens bytes. It does not know what they mean. */
export type Vault = ReturnType<typeof createVault>;

export function createVault(sql: Sql, keys: KeyProvider) {
  const opened = new LRUCache<string, Uint8Array>({ max: cachedKeys, ttl: cacheTime });
  const sealing = new LRUCache<string, Reserved>({ max: cachedKeys, ttl: cacheTime });
  /**
   * Number of times that a key was forgotten. A key that was loaded before the last time may be a
   * forgotten one, so it is not cached.
   */
  let forgotten = 0;

  /** Returns the key if it is in memory. A destroyed key is refused even then. */
  function knownKey(row: DataKeyRow): Uint8Array | undefined {
    if (row.wrapped === null) throw new VaultError(row.id, 'the key was destroyed');
    return opened.get(row.id);
  }

  async function unwrap(row: DataKeyRow): Promise<Uint8Array> {
    const known = knownKey(row);
    if (known !== undefined || row.wrapped === null) return known as Uint8Array;
    const key = await keys.unwrap(row.masterKeyKid, wrappingContext(row), row.wrapped);
    opened.set(row.id, key);
    return key;
  }

  async function reserve(projectId: string | null): Promise<SealingKey> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const row = await reserveSeals(sql, projectId);
      if (row !== undefined && !row.isWorn) return { id: row.id, key: await unwrap(row) };
      await replaceDataKey(sql, keys, projectId, row?.id ?? null);
    }
    throw new Error('No data key could be made active.');
  }

  return {
    /**
     * Returns the key that seals for a project, or for the server (null). Load it before a transaction,
     * and check inside the transaction that it is still the active key.
     */
    async sealingKey(projectId: string | null): Promise<SealingKey> {
      const known = sealing.get(projectId ?? server);
      if (known !== undefined && known.left > 0) {
        known.left -= 1;
        return known.key;
      }
      const before = forgotten;
      const key = await reserve(projectId);
      if (forgotten === before) {
        sealing.set(projectId ?? server, { key, left: reservedSeals - 1 });
      }
      return key;
    },

    /** Forgets the sealing key of a project, after it turned out to be retired. */
    forgetSealingKey(projectId: string | null): void {
      forgotten += 1;
      sealing.delete(projectId ?? server);
    },

    seal(key: SealingKey, place: SealContext, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
      return seal(key.id, key.key, place, plaintext);
    },

    /**
     * Opens a sealed value with the data key that its row names. It returns the value itself when the key
     * is in memory: a promise per value would cost a list more than the decryption.
     *
     * @throws VaultError with the key's id if the value does not open.
     */
    open(dataKey: DataKeyRow, place: SealContext, sealed: Uint8Array): Buffer | Promise<Buffer> {
      const known = knownKey(dataKey);
      if (known !== undefined) return openSealed(dataKey.id, known, place, sealed);
      return unwrap(dataKey).then((key) => openSealed(dataKey.id, key, place, sealed));
    },
  };
}
