import type { MasterKeyStatus } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { firstId } from '../../platform/new-id.ts';
import { type DataKeyRow, wrappingContext } from '../vault/data-keys.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { VaultError } from '../vault/sealed.ts';

/** Receives the progress of a rotation. */
export type OnProgress = (done: number, total: number) => void;

/** A master key, and the number of data keys that it wraps. */
type WrappedCount = { kid: string; status: MasterKeyStatus; wrapped: number };

const countStatement = `
  SELECT m.kid, m.status::text AS status, count(k.id)::int AS wrapped FROM master_key m
  LEFT JOIN data_key k ON k.master_key_kid = m.kid AND k.wrapped IS NOT NULL
  GROUP BY m.kid ORDER BY m.created_at, m.kid`;

export function countWrapped(sql: Sql): Promise<WrappedCount[]> {
  return sql<WrappedCount>('count-wrapped', countStatement, []);
}

const othersStatement = `
  SELECT id, project_id AS "projectId", master_key_kid AS "masterKeyKid", wrapped FROM data_key
  WHERE master_key_kid <> $1 AND wrapped IS NOT NULL AND id > $2::uuid ORDER BY id LIMIT 200`;

const rewrapStatement = `
  UPDATE data_key SET wrapped = $3::bytea, master_key_kid = $4
  WHERE id = $1::uuid AND wrapped = $2::bytea`;

/**
 * Wraps every data key that is on another master key with this one. The data keys themselves do not
 * change.
 */
export async function rewrapDataKeys(
  sql: Sql,
  keys: KeyProvider,
  kid: string,
  onProgress: OnProgress,
): Promise<{ rewrapped: number; unreadable: string[] }> {
  const counts = await countWrapped(sql);
  const total = counts.reduce((sum, key) => sum + (key.kid === kid ? 0 : key.wrapped), 0);
  const unreadable: string[] = [];
  let rewrapped = 0;
  let after = firstId;
  onProgress(0, total);
  for (;;) {
    const rows = await sql<DataKeyRow>('data-keys-to-rewrap', othersStatement, [kid, after]);
    for (const row of rows) {
      if (await rewrap(sql, keys, kid, row)) rewrapped += 1;
      else unreadable.push(row.id);
      onProgress(Math.min(rewrapped + unreadable.length, total), total);
    }
    const last = rows.at(-1);
    if (last === undefined) return { rewrapped, unreadable };
    after = last.id;
  }
}

/**
 * Wraps one data key again; returns false if it does not open. If another run was faster, or the key was
 * destroyed, that result stays.
 */
async function rewrap(sql: Sql, keys: KeyProvider, kid: string, row: DataKeyRow): Promise<boolean> {
  if (row.wrapped === null) return true;
  try {
    const key = await keys.unwrap(row.masterKeyKid, wrappingContext(row), row.wrapped);
    const wrapped = await keys.wrap(kid, wrappingContext({ ...row, masterKeyKid: kid }), key);
    await sql('rewrap-data-key', rewrapStatement, [row.id, row.wrapped, wrapped, kid]);
    return true;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
}
