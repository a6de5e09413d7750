import type { PrismaClient } from '../../src/platform/db/generated/client.ts';

type Db = Pick<PrismaClient, '$executeRawUnsafe'>;

/**
 * Inserts rows, named and typed as in Prisma, with one statement a table. For
 * thousands of rows Prisma sends one parameter for each value, which takes seconds.
 */
export async function insertRows(db: Db, tables: Record<string, readonly object[]>): Promise<void> {
  for (const [table, rows] of Object.entries(tables)) await insertInto(db, table, rows);
}

async function insertInto(db: Db, table: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
    .map(columnOf)
    .join(', ');
  const statement = `INSERT INTO ${table} (${columns})
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  await db.$executeRawUnsafe(statement, JSON.stringify(rows.map(toJson)));
}

function toJson(row: object): Record<string, unknown> {
  const values = Object.entries(row).map(([field, value]) => [columnOf(field), asJson(value)]);
  return Object.fromEntries(values);
}

const columnOf = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const asJson = (value: unknown) =>
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value;
