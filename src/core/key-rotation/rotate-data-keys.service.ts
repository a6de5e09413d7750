import { setTimeout as wait } from 'node:timers/promises';
import type { Sql } from '../../platform/db/sql.ts';
import type { Deps } from '../deps/deps.ts';
import { replaceDataKey } from '../vault/data-keys.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import type { OnProgress } from './progress.ts';
import { findStale, type Resealed, reseal, type StaleValue } from './reseal.ts';
import { sealedColumns } from './sealed-columns.ts';

/** What a rotation of data keys did. */
export type RotatedDataKeys = {
  /** How many keys were replaced; what an earlier run had replaced is not among them. */
  replacedKeys: number;
  /** What became of the values, each counted once. */
  outcomes: Record<Resealed, number>;
  /** Values that are still on a retired key: none, unless some do not open. */
  left: number;
};

/** How many values are sealed anew at a time. */
const concurrency = 4;

/**
 * Replaces the active data keys of one project, or of all projects and the server (null), and seals
 * everything anew that is on a retired one. Servers may run meanwhile. A run that was killed is taken up
 * by the next: it replaces no key twice, and finds what is left by itself. Two runs at once share the work.
 */
export async function rotateDataKeys(
  deps: Pick<Deps, 'sql' | 'vault' | 'log'>,
  keys: KeyProvider,
  projectId: string | null,
  onProgress: OnProgress,
): Promise<RotatedDataKeys> {
  const { sql } = deps;
  const scope = projectId ?? 'all';
  const begunAt = await beginRotation(sql, scope);
  const replacedKeys = await replaceKeys(deps, keys, projectId, begunAt);
  const outcomes = await resealAll(deps, projectId, onProgress);
  const left = await countStale(sql, projectId);
  if (left === 0) await sql('end-rotation', endStatement, [scope]);
  return { replacedKeys, outcomes, left };
}

const endStatement = 'DELETE FROM data_key_rotation WHERE scope = $1';

const beginStatement = `
  WITH begun AS (
    INSERT INTO data_key_rotation (scope) VALUES ($1) ON CONFLICT DO NOTHING RETURNING started_at
  )
  SELECT started_at AS at FROM begun
  UNION ALL SELECT started_at FROM data_key_rotation WHERE scope = $1`;

/**
 * When the rotation began: now, or when a run began that did not come to its end. Times are kept to the
 * millisecond, so a moment is let go by: keys that are made from here on are told from those before.
 */
async function beginRotation(sql: Sql, scope: string): Promise<Date> {
  const [row] = await sql<{ at: Date }>('begin-rotation', beginStatement, [scope]);
  if (row === undefined) return beginRotation(sql, scope); // it ended in between
  await wait(2);
  return row.at;
}

/** Rotations that were begun and have not come to their end. */
export function findStuckRotations(sql: Sql): Promise<{ scope: string; at: Date }[]> {
  const text = 'SELECT scope, started_at AS at FROM data_key_rotation ORDER BY started_at';
  return sql('stuck-rotations', text, []);
}

const olderKeysStatement = `
  SELECT id, project_id AS "projectId" FROM data_key
  WHERE status = 'active' AND created_at <= $1 AND ($2::uuid IS NULL OR project_id = $2::uuid)
  ORDER BY id`;

async function replaceKeys(
  { sql, vault }: Pick<Deps, 'sql' | 'vault'>,
  keys: KeyProvider,
  projectId: string | null,
  begunAt: Date,
): Promise<number> {
  type Key = { id: string; projectId: string | null };
  const older = await sql<Key>('older-data-keys', olderKeysStatement, [begunAt, projectId]);
  for (const key of older) {
    await replaceDataKey(sql, keys, key.projectId, key.id);
    vault.forgetSealingKey(key.projectId);
  }
  return older.length;
}

async function resealAll(
  deps: Pick<Deps, 'sql' | 'vault' | 'log'>,
  projectId: string | null,
  onProgress: OnProgress,
): Promise<Record<Resealed, number>> {
  const outcomes = { resealed: 0, replaced: 0, unreadable: 0 };
  const total = await countRows(deps.sql);
  let done = 0;
  onProgress(done, total);
  for (const column of sealedColumns) {
    for await (const { rows, values } of findStale(deps.sql, column, projectId)) {
      await eachAtOnce(values, async (value) => {
        outcomes[await reseal(deps, column, value)] += 1;
      });
      done += rows;
      onProgress(Math.min(done, total), total);
    }
  }
  return outcomes;
}

async function eachAtOnce(
  values: readonly StaleValue[],
  work: (value: StaleValue) => Promise<void>,
): Promise<void> {
  const rest = values.values();
  const worker = async () => {
    for (const value of rest) await work(value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

const countRowsStatement = `
  SELECT (${sealedColumns.map(({ table }) => `(SELECT count(*) FROM ${table})`).join(' + ')})::int AS rows`;

async function countRows(sql: Sql): Promise<number> {
  const [row] = await sql<{ rows: number }>('count-sealed-rows', countRowsStatement, []);
  return row?.rows ?? 0;
}

/** How many values are on a retired key, of one project or of all (null). */
export async function countStale(sql: Sql, projectId: string | null): Promise<number> {
  let left = 0;
  for (const { table, column } of sealedColumns) {
    const [row] = await sql<{ left: number }>(
      `count-stale-${table}-${column}`,
      `SELECT count(*)::int AS left FROM ${table} t JOIN data_key k ON k.id = t.${column}_data_key_id
       WHERE k.status = 'retired' AND ($1::uuid IS NULL OR k.project_id = $1::uuid)`,
      [projectId],
    );
    left += row?.left ?? 0;
  }
  return left;
}
