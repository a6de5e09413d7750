import type { JWK } from 'jose';
import type { Deps } from '../../core/deps/deps.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { makeFirstKey } from './signing-keys.ts';

/**
 * Returns the public keys of all signing keys whose tokens may still count, newest first (RFC 7517). If
 * there is none, it creates the first one, so that no client caches an empty list.
 */
export async function loadPublishedKeys(deps: Deps): Promise<JWK[]> {
  const issuer = deps.config.publicUrl;
  let rows = await deps.loadSigningKeyRows('all');
  if (!rows.some((row) => row.issuer === issuer)) {
    await makeFirstKey(deps);
    // Another process may have been faster, so the stored keys count, not the one that was made here.
    rows = await deps.loadSigningKeyRows('all');
  }
  return rows.map(({ id, publicKey }) => ({ ...publicKey, kid: id, use: 'sig', alg: 'RS256' }));
}

type PublishedKeyRow = { id: string; issuer: string; publicKey: JWK };

const publishedKeysStatement = `
  SELECT id, issuer, public_key AS "publicKey" FROM signing_key
  WHERE verifies_until IS NULL OR verifies_until > now() ORDER BY signs_from DESC, id DESC`;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    loadSigningKeyRows: Batched<'all', PublishedKeyRow[]>;
  }
}

/** Loads the keys once for all callers that ask at the same time. */
export async function loadSigningKeyRows(
  sql: Sql,
  asked: readonly 'all'[],
): Promise<PublishedKeyRow[][]> {
  const rows = await sql<PublishedKeyRow>('published-keys', publishedKeysStatement, []);
  return asked.map(() => rows);
}
