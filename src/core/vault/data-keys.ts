import { randomBytes } from 'node:crypto';
import { isForeignKeyViolation } from '../../platform/db/errors.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import type { KeyProvider } from './key-provider.ts';
import { lengthPrefixed } from './sealed.ts';

/** A data key as the database stores it. */
export type DataKeyRow = {
  id: string;
  /** The project that the key seals for; null for the server itself. */
  projectId: string | null;
  masterKeyKid: string;
  /** The key, wrapped by a master key; null once it is destroyed. */
  wrapped: Uint8Array | null;
};

/** Number of seals that a process reserves at a time, so that not every seal needs a statement. */
export const reservedSeals = 65_536;

/*
 * NIST SP 800-38D allows 2^32 seals with random nonces. Replacing a key at 2^30 leaves a wide margin.
 */
const reserveStatement = `
  UPDATE data_key SET seals = seals + ${reservedSeals}
  WHERE project_id IS NOT DISTINCT FROM $1::uuid AND status = 'active'
  RETURNING id, project_id AS "projectId", master_key_kid AS "masterKeyKid", wrapped,
            seals > ${2 ** 30} OR created_at < now() - interval '90 days' AS "isWorn"`;

/**
 * Reserves seals of the active key of a project, or of the server (null); undefined if there is no active
 * key.
 */
export async function reserveSeals(sql: Sql, projectId: string | null) {
  const rows = await sql<DataKeyRow & { isWorn: boolean }>('reserve-seals', reserveStatement, [
    projectId,
  ]);
  return rows[0];
}

/*
 * The insert reads from the update so that it runs second; a unique index allows only one active key. The
 * lock makes the promotion of another master key wait, so that no key is wrapped by the old one
 * afterwards.
 */
const replaceStatement = `
  WITH worn AS (UPDATE data_key SET status = 'retired' WHERE id = $2::uuid AND status = 'active' RETURNING 1)
  INSERT INTO data_key (id, project_id, master_key_kid, wrapped, status)
  SELECT $1::uuid, $3::uuid, kid, $5::bytea, 'active' FROM master_key
  WHERE kid = $4 AND status = 'active' AND ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM worn))
  FOR SHARE OF master_key ON CONFLICT DO NOTHING`;

/**
 * Replaces a worn data key with a new one, or creates the first. It does nothing if another process was
 * faster.
 *
 * @throws NotFoundError if the project was deleted.
 */
export async function replaceDataKey(
  sql: Sql,
  keys: KeyProvider,
  projectId: string | null,
  wornId: string | null,
): Promise<void> {
  const [master] = await sql<{ kid: string }>(
    'active-master-kid',
    `SELECT kid FROM master_key WHERE status = 'active'`,
    [],
  );
  if (master === undefined) throw new Error('There is no active master key.');
  const id = newId();
  const context = wrappingContext({ id, projectId, masterKeyKid: master.kid });
  const wrapped = await keys.wrap(master.kid, context, randomBytes(32));
  try {
    await sql('replace-data-key', replaceStatement, [id, wornId, projectId, master.kid, wrapped]);
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    throw new NotFoundError('project'); // the project and its keys were deleted
  }
}

const wrappedStatement = `
  SELECT id, project_id AS "projectId", master_key_kid AS "masterKeyKid", wrapped FROM data_key
  WHERE wrapped IS NOT NULL ORDER BY id`;

/** Finds the data keys that none of the held master keys opens. */
export async function findClosedDataKeys(sql: Sql, keys: KeyProvider): Promise<string[]> {
  const rows = await sql<DataKeyRow>('wrapped-data-keys', wrappedStatement, []);
  const closed: string[] = [];
  for (const row of rows) {
    if (row.wrapped === null) continue;
    const key = keys.unwrap(row.masterKeyKid, wrappingContext(row), row.wrapped);
    if (!(await key.then(Boolean, () => false))) closed.push(row.id);
  }
  return closed;
}

/**
 * Returns what a wrapped data key is bound to: its master key, itself and its project. A wrapped key that
 * was moved elsewhere does not open.
 */
export function wrappingContext(key: Omit<DataKeyRow, 'wrapped'>): Buffer {
  return Buffer.concat([key.masterKeyKid, key.id, key.projectId ?? ''].flatMap(lengthPrefixed));
}

/** Returns the columns of a joined data key, each with a name that begins with `prefix`. */
export function dataKeyColumns(table: string, prefix: string): string {
  return `${table}.id AS "${prefix}Id", ${table}.project_id AS "${prefix}ProjectId",
    ${table}.master_key_kid AS "${prefix}Kid", ${table}.wrapped AS "${prefix}Wrapped"`;
}

/**
 * A row that was selected with {@link dataKeyColumns}. All columns are null if no key was joined.
 */
export type DataKeyColumns<Prefix extends string> = {
  [Name in `${Prefix}Id` | `${Prefix}ProjectId` | `${Prefix}Kid`]: string | null;
} & { [Name in `${Prefix}Wrapped`]: Uint8Array | null };

/** Returns the data key of a row; null if none was joined. */
export function readDataKey<Prefix extends string>(
  row: DataKeyColumns<Prefix>,
  prefix: Prefix,
): DataKeyRow | null {
  const columns: DataKeyColumns<string> = row;
  const id = columns[`${prefix}Id`];
  const masterKeyKid = columns[`${prefix}Kid`];
  if (typeof id !== 'string' || typeof masterKeyKid !== 'string') return null;
  const projectId = columns[`${prefix}ProjectId`] as string | null;
  return { id, projectId, masterKeyKid, wrapped: columns[`${prefix}Wrapped`] as Uint8Array | null };
}
