import type { Prisma, PrismaClient } from '../db/generated/client.ts';
import type { Header } from './format.ts';
import { listTables, type Table } from './tables.ts';

const fetchRows = 500;

/** How long an export or an import may take, in milliseconds: of a whole database, in one transaction. */
export const transferTime = 60 * 60_000;

/**
 * Writes everything as JSON lines, as it is at one moment, while servers may go on.
 *
 * @returns how many rows there were.
 */
export async function exportAll(
  db: PrismaClient,
  header: Header,
  write: (lines: string) => Promise<void>,
): Promise<number> {
  await write(JSON.stringify({ patchbay: header }));
  const options = { isolationLevel: 'RepeatableRead', timeout: transferTime } as const;
  const count = await db.$transaction((tx) => exportTables(tx, write), options);
  await write(JSON.stringify({ end: { rows: count } }));
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
      await write(batch.map(({ row }) => toLine(table, row)).join('\n'));
    }
  }
  return rows;
}

/** One column of text, whatever the table: what the driver makes of other types has no part in it. */
function rowsStatement({ name, columns }: Table): string {
  const selected = columns.map((column) =>
    column.isBytes
      ? `translate(encode("${column.name}", 'base64'), E'\\n', '') AS "${column.name}"`
      : `"${column.name}"`,
  );
  return `SELECT row_to_json(r)::text AS row FROM (SELECT ${selected.join(', ')} FROM "${name}") r`;
}

function toLine({ name }: Table, row: string): string {
  return `{"table":${JSON.stringify(name)},"row":${row}}`;
}
