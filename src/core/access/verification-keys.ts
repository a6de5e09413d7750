import { type CryptoKey, importJWK, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Deps } from '../deps/deps.ts';

/**
 * A key that verifies signatures, and the issuer that it belongs to. Only the database knows whether it
 * still counts.
 */
export type VerificationKey = { issuer: string; key: CryptoKey };

/** Milliseconds for which a process remembers that a key does not exist. */
const unknownTime = 60_000;
const rememberedVerificationKeys = 10_000;

/**
 * Finds the key with this id; undefined if there is none. A key never changes, so a process keeps the ones
 * that it has loaded.
 */
export async function findVerificationKey(
  deps: Deps,
  kid: string,
): Promise<VerificationKey | undefined> {
  const known = deps.verificationKeys;
  const remembered = known.get(kid);
  if (remembered !== undefined) return remembered.found;
  const found = await deps.loadVerificationKey(kid);
  known.set(kid, { found }, found === undefined ? { ttl: unknownTime } : {});
  return found;
}

/** The keys that a process knows, by id. `found` is undefined where the database has no such key. */
export function createVerificationKeys() {
  return new LRUCache<string, { found: VerificationKey | undefined }>({
    max: rememberedVerificationKeys,
  });
}

declare module '../deps/deps.ts' {
  interface Deps {
    verificationKeys: ReturnType<typeof createVerificationKeys>;
    loadVerificationKey: Batched<string, VerificationKey | undefined>;
  }
}

const verificationKeysStatement = `
  SELECT k.id, k.issuer, k.public_key AS "publicKey"
  FROM unnest($1::uuid[]) WITH ORDINALITY AS q(id, position) LEFT JOIN signing_key k ON k.id = q.id
  ORDER BY q.position`;

type VerificationKeyRow = { id: null } | { id: string; issuer: string; publicKey: JWK };

export async function loadVerificationKeys(
  sql: Sql,
  kids: readonly string[],
): Promise<(VerificationKey | undefined)[]> {
  const rows = await sql<VerificationKeyRow>('load-verification-keys', verificationKeysStatement, [
    kids,
  ]);
  return Promise.all(rows.map((row) => (row.id === null ? undefined : importVerificationKey(row))));
}

async function importVerificationKey({ issuer, publicKey }: { issuer: string; publicKey: JWK }) {
  const key = await importJWK(publicKey, 'RS256');
  return { issuer, key: key as CryptoKey }; // jose returns bytes only for a symmetric key
}
