import type { Sql } from '../../platform/db/sql.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { firstId } from '../../platform/new-id.ts';
import type { Deps } from '../deps/deps.ts';
import { type DataKeyColumns, dataKeyColumns, readDataKey } from '../vault/data-keys.ts';
import { type SealContext, VaultError } from '../vault/sealed.ts';
import type { SealedColumn } from './sealed-columns.ts';

/**
 * The outcome for a value: `replaced` if a newer value, sealed with the current key, took its place.
 */
export type Resealed = 'resealed' | 'replaced' | 'unreadable';

/** A value that a retired key sealed. */
export type StaleValue = SealContext & {
  rowId: string;
  sealed: Uint8Array;
} & DataKeyColumns<'key'>;

/** Number of rows that one statement reads. */
const resealBatchRows = 500;

/**
 * Walks through a column in the order of its rows' ids. For each batch it yields how many rows it read,
 * and which of their values are on a retired key, of one project or of all (null).
 */
export async function* findStale(
  sql: Sql,
  column: SealedColumn,
  projectId: string | null,
): AsyncGenerator<{ rows: number; values: StaleValue[] }> {
  let after = firstId;
  const name = `find-stale-${column.table}-${column.column}`;
  type Batch = { rows: number; last: string | null };
  for (;;) {
    const [batch] = await sql<Batch>(`${name}-batch`, batchStatement(column), [after]);
    if (!batch?.last) return;
    const range = [after, batch.last, projectId];
    yield { rows: batch.rows, values: await sql<StaleValue>(name, staleStatement(column), range) };
    after = batch.last;
  }
}

/**
 * A batch ends after a fixed number of rows, even if few of them are stale, so that no statement reads a
 * whole table.
 */
function batchStatement({ table, rowId }: SealedColumn): string {
  return `
    SELECT count(*)::int AS rows, (array_agg(id ORDER BY id DESC))[1] AS last FROM (
      SELECT ${rowId} AS id FROM ${table} WHERE ${rowId} > $1::uuid ORDER BY ${rowId} LIMIT ${resealBatchRows}
    ) batch`;
}

function staleStatement({ table, column, rowId, owner, sealedBy }: SealedColumn): string {
  return `
    SELECT t.${rowId} AS "rowId", t.${column} AS sealed,
      ${owner === null ? 'NULL' : 'p.organization_id'} AS "organizationId",
      ${sealedBy === 'server' ? 'NULL' : 'p.id'} AS "projectId",
      '${table}' AS table, '${column}' AS column, ${dataKeyColumns('k', 'key')}
    FROM ${table} t ${owner ?? ''} JOIN data_key k ON k.id = t.${column}_data_key_id
    WHERE t.${rowId} > $1::uuid AND t.${rowId} <= $2::uuid AND k.status = 'retired'
      AND ($3::uuid IS NULL OR k.project_id = $3::uuid)
    ORDER BY t.${rowId}`;
}

/**
 * Seals a value again with the current key of its owner, unless somebody has replaced it since it was
 * read. Readers and writers notice nothing: neither `version` nor `updated_at` changes.
 */
export async function reseal(
  { sql, vault, log }: Pick<Deps, 'sql' | 'vault' | 'log'>,
  column: SealedColumn,
  value: StaleValue,
): Promise<Resealed> {
  const dataKey = readDataKey(value, 'key');
  if (dataKey === null) throw new Error('A sealed value was read without its data key.');
  const place = sealContextOfValue(value);
  try {
    const plaintext = await vault.open(dataKey, place, value.sealed);
    for (;;) {
      const key = await vault.sealingKey(dataKey.projectId);
      const sealed = vault.seal(key, place, plaintext);
      const outcome = await replaceSealed(sql, column, value, { sealed, dataKeyId: key.id });
      if (outcome !== 'key retired') return outcome;
      vault.forgetSealingKey(dataKey.projectId);
    }
  } catch (error) {
    if (error instanceof NotFoundError) return 'replaced'; // its project was deleted
    if (!(error instanceof VaultError)) throw error;
    const { table, column, rowId } = place;
    log.error({ err: error, table, column, rowId }, 'a sealed value does not open');
    return 'unreadable';
  }
}

function sealContextOfValue({
  organizationId,
  projectId,
  table,
  rowId,
  column,
}: StaleValue): SealContext {
  return { organizationId, projectId, table, rowId, column };
}

async function replaceSealed(
  sql: Sql,
  column: SealedColumn,
  { rowId, sealed: old }: StaleValue,
  { sealed, dataKeyId }: { sealed: Uint8Array; dataKeyId: string },
): Promise<'resealed' | 'replaced' | 'key retired'> {
  const name = `reseal-${column.table}-${column.column}`;
  const values = [rowId, old, sealed, dataKeyId];
  type Row = { isKeyActive: boolean; isDone: boolean };
  const [row] = await sql<Row>(name, resealStatement(column), values);
  if (!row?.isKeyActive) return 'key retired';
  return row.isDone ? 'resealed' : 'replaced';
}

/*
 * One row per statement: it waits only for a writer of that row, and no writer waits for two of ours.
 */
function resealStatement({ table, column, rowId }: SealedColumn): string {
  return `
    WITH held AS (SELECT 1 FROM data_key WHERE id = $4::uuid AND status = 'active' FOR SHARE),
    done AS (
      UPDATE ${table} SET ${column} = $3::bytea, ${column}_data_key_id = $4::uuid
      WHERE ${rowId} = $1::uuid AND ${column} = $2::bytea AND EXISTS (SELECT 1 FROM held)
      RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM held) AS "isKeyActive", EXISTS (SELECT 1 FROM done) AS "isDone"`;
}
