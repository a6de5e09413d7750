import type { Database } from '../../platform/db/database.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { findActiveMasterKey } from '../vault/master-keys.ts';
import { startFile, type Version } from './format.ts';
import { listTables, type Table } from './tables.ts';

const fetchRows = 500;

/** Milliseconds that an export or an import may take: it is a whole database in one transaction. */
export const transferTime = 60 * 60_000;

/**
 * Writes all rows as JSON lines, in their state at one moment, while servers can continue.
 *
 * @returns the number of rows. @throws ConfigError if the active master key is not held.
 */
export async function exportAll(
  { db, sql }: Pick<Database, 'db' | 'sql'>,
  keys: KeyProvider,
  version: Version,
  write: (lines: string) => Promise<void>,
): Promise<number> {
  const masterKey = await findActiveMasterKey(sql);
  if (masterKey === undefined)
    throw new ConflictError(
      'There is nothing to export: no server has started on this database yet.',
    );
  const file = await startFile(keys, masterKey, version, write);
  const options = { isolationLevel: 'RepeatableRead', timeout: transferTime } as const;
  const count = await db.$transaction((tx) => exportTables(tx, file.writeLines), options);
  await file.end(count);
  return count;
}

async function exportTables(
  tx: Prisma.TransactionClient,
  write: (lines: string) => Promise<void>,
): Promise<number> {
  let rows = 0;
  for (const [number, table] of (await listTables(tx)).entries()) {
    const cursor = `export_${number}`;
    await tx.$executeRawUnsafe(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${rowsStatement(table)}`);
    for (;;) {
      const fetch = `FETCH ${fetchRows} FROM ${cursor}`;
      const batch = await tx.$queryRawUnsafe<{ row: string }[]>(fetch);
      if (batch.length === 0) break;
      rows += batch.length;
      await write(batch.map(({ row }) => rowLine(table, row)).join('\n'));
    }
  }
  return rows;
}

/**
 * Returns one column of text for every table, so that the type conversions of the driver play no part.
 */
function rowsStatement({ name, columns }: Table): string {
  const selected = columns.map((column) =>
    column.isBytes
      ? `translate(encode("${column.name}", 'base64'), E'\\n', '') AS "${column.name}"`
      : `"${column.name}"`,
  );
  return `SELECT row_to_json(r)::text AS row FROM (SELECT ${selected.join(', ')} FROM "${name}") r`;
}

function rowLine({ name }: Table, row: string): string {
  return `{"table":${JSON.stringify(name)},"row":${row}}`;
}
