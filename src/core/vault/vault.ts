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
import { open, type Place, seal, VaultError } from './sealed.ts';

/** How long an unwrapped data key stays in memory, in milliseconds. */
const cacheTime = 5 * 60_000;
const cachedKeys = 10_000;

/** Stands for the server's own key where a project's id would stand. */
const server = 'server';

type Reserved = { key: SealingKey; left: number };

/** A data key ready to seal with. */
export type SealingKey = { id: string; key: Uint8Array };

/** Seals and opens bytes; knows nothing of what they mean. */
export type Vault = ReturnType<typeof createVault>;

export function createVault(sql: Sql, keys: KeyProvider) {
  const opened = new LRUCache<string, Uint8Array>({ max: cachedKeys, ttl: cacheTime });
  const sealing = new LRUCache<string, Reserved>({ max: cachedKeys, ttl: cacheTime });
  /** How often a key was forgotten: what was being read meanwhile may be that key. */
  let forgotten = 0;

  /** The key when it is in memory. A destroyed one is refused all the same. */
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
     * The key that seals for a project, or for the server (null). Load it before a transaction, and
     * in the transaction make sure that it is still the active one.
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

    /** Forgets which key seals for a project, after it turned out to be retired. */
    forgetSealingKey(projectId: string | null): void {
      forgotten += 1;
      sealing.delete(projectId ?? server);
    },

    seal(key: SealingKey, place: Place, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
      return seal(key.id, key.key, place, plaintext);
    },

    /**
     * Opens a sealed value with the data key that its row names. At once when the key is in memory:
     * a promise for each value would cost a list more than the opening.
     *
     * @throws VaultError with the key's id when it does not open.
     */
    open(dataKey: DataKeyRow, place: Place, sealed: Uint8Array): Buffer | Promise<Buffer> {
      const known = knownKey(dataKey);
      if (known !== undefined) return open(dataKey.id, known, place, sealed);
      return unwrap(dataKey).then((key) => open(dataKey.id, key, place, sealed));
    },
  };
}
