import { setTimeout as wait } from 'node:timers/promises';
import type { Sql } from '../../platform/db/sql.ts';
import type { Deps } from '../deps/deps.ts';
import { replaceDataKey } from '../vault/data-keys.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { findStale, type Resealed, reseal, type StaleValue } from './reseal.ts';
import type { OnProgress } from './rewrap.ts';
import { sealedColumns } from './sealed-columns.ts';

/** The result of a rotation of data keys. */
type RotatedDataKeys = {
  /** Number of keys that this run replaced; without those of an earlier run. */
  replacedKeys: number;
  /** The outcomes of the values, each counted once. */
  outcomes: Record<Resealed, number>;
  /** Number of values that are still on a retired key: zero unless some do not open. */
  left: number;
};

/** Number of values that are sealed again at the same time. */
const concurrency = 4;

/**
 * Replaces the active data keys of one project, or of all projects and the server (null), and seals every
 * value on a retired key again. Servers can run at the same time. After a run that was killed, the next
 * one continues: it replaces no key twice and finds the remaining values by itself. Two runs at once share
 * the work.
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
 * Returns the time when the rotation began: now, or when an unfinished earlier run began. Times have
 * millisecond precision, so it waits a moment: keys that are created from then on differ from the older
 * ones.
 */
async function beginRotation(sql: Sql, scope: string): Promise<Date> {
  const [row] = await sql<{ at: Date }>('begin-rotation', beginStatement, [scope]);
  if (row === undefined) return beginRotation(sql, scope); // another run finished in between
  await wait(2);
  return row.at;
}

/** Finds the rotations that began and did not finish. */
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

/** Counts the values that are on a retired key, of one project or of all (null). */
async function countStale(sql: Sql, projectId: string | null): Promise<number> {
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
