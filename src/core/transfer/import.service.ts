import type { Prisma, PrismaClient } from '../../platform/db/generated/client.ts';
import { ConfigError, ConflictError } from '../../platform/errors.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { findMasterKeyComplaint } from '../vault/master-keys.ts';
import { transferTime } from './export.service.ts';
import { type ExportedRow, openFile, readRows } from './format.ts';
import { listTables, type Table } from './tables.ts';

const insertRows = 200;

/**
 * Fills an empty, migrated database from an export, completely or not at all. It reads the file twice: the
 * first time to find every problem before anything is written, the second time to write the rows and prove
 * them again.
 *
 * @param migration the newest migration of this version, which must be that of the export. @param fileTypes the
 * names of the types in the operator's folder, which no custom type may have. @returns the number of rows.
 * @throws ConfigError if a master key is missing or wrong; ConflictError if the file is not what was exported or
 * has another version, the database is not empty, or a custom type has the name of one in the folder.
 */
export async function importAll(
  db: PrismaClient,
  keys: KeyProvider,
  {
    path,
    migration,
    fileTypes = [],
  }: { path: string; migration: string; fileTypes?: readonly string[] },
): Promise<number> {
  const macKey = await openFile(path, keys, migration);
  await requireMasterKeys(keys, readRows(path, macKey));
  await requireFreeNames(readRows(path, macKey), fileTypes);
  const options = { timeout: transferTime };
  return db.$transaction((tx) => fill(tx, readRows(path, macKey)), options);
}

/** Checks the keys before anything is written: data without its keys would never open. */
async function requireMasterKeys(
  keys: KeyProvider,
  rows: AsyncIterable<ExportedRow>,
): Promise<void> {
  const checks = new Map<string, { checkValue: Buffer; isInUse: boolean }>();
  for await (const { table, row } of rows) {
    if (table === 'master_key') {
      const checkValue = Buffer.from(String(row.check_value), 'base64');
      checks.set(String(row.kid), { checkValue, isInUse: row.status === 'active' });
    }
    const used =
      table === 'data_key' && row.wrapped !== null && checks.get(String(row.master_key_kid));
    if (used) used.isInUse = true;
  }
  const found: string[] = [];
  for (const [kid, check] of checks) {
    const complaint = await findMasterKeyComplaint(keys, { kid, ...check });
    if (complaint !== undefined) found.push(complaint);
  }
  if (found.length > 0) throw new ConfigError(found.join('\n'));
}

/** A custom type with the name of a file's type would be out of reach. */
async function requireFreeNames(
  rows: AsyncIterable<ExportedRow>,
  fileTypes: readonly string[],
): Promise<void> {
  if (fileTypes.length === 0) return;
  const taken = new Set<string>();
  for await (const { table, row } of rows) {
    if (table === 'custom_type' && fileTypes.includes(String(row.name)))
      taken.add(String(row.name));
  }
  if (taken.size === 0) return;
  throw new ConflictError(
    `The export and the folder in CONNECTION_TYPES both define ${[...taken].join(', ')}. Remove these files, or give their types other names. Nothing was imported.`,
  );
}

async function fill(
  tx: Prisma.TransactionClient,
  rows: AsyncIterable<ExportedRow>,
): Promise<number> {
  const tables = new Map((await listTables(tx)).map((table) => [table.name, table]));
  for (const name of tables.keys()) await requireEmptyTable(tx, name);
  let batch: ExportedRow[] = [];
  let count = 0;
  const flush = async () => {
    const name = batch[0]?.table;
    if (name === undefined) return;
    const table = tables.get(name);
    if (table === undefined) throw new ConflictError(`This version has no table "${name}".`);
    await insert(tx, table, batch);
    batch = [];
  };
  for await (const row of rows) {
    if (batch.length >= insertRows || (batch[0] && batch[0].table !== row.table)) await flush();
    batch.push(row);
    count += 1;
  }
  await flush();
  return count;
}

async function requireEmptyTable(tx: Prisma.TransactionClient, table: string): Promise<void> {
  const held = await tx.$queryRawUnsafe<object[]>(`SELECT 1 FROM "${table}" LIMIT 1`);
  if (held.length === 0) return;
  throw new ConflictError(
    `The database is not empty: "${table}" has rows. Import into a new one, on which no server has started.`,
  );
}

async function insert(
  tx: Prisma.TransactionClient,
  { name, columns }: Table,
  rows: readonly ExportedRow[],
): Promise<void> {
  const bytes = columns.filter(({ isBytes }) => isBytes).map((column) => column.name);
  const records = rows.map(({ row }) => ({ ...row, ...asHex(row, bytes) }));
  const listed = columns.map((column) => `"${column.name}"`).join(', ');
  await tx.$executeRawUnsafe(
    `INSERT INTO "${name}" (${listed})
     SELECT ${listed} FROM json_populate_recordset(NULL::"${name}", $1::json)`,
    JSON.stringify(records),
  );
}

/** Writes bytes in the text form that PostgreSQL reads. */
function asHex(row: ExportedRow['row'], names: readonly string[]): Record<string, string | null> {
  const entries = names.map((name) => {
    const value = row[name];
    const hex = typeof value === 'string' ? Buffer.from(value, 'base64').toString('hex') : null;
    return [name, hex === null ? null : `\\x${hex}`];
  });
  return Object.fromEntries(entries);
}
