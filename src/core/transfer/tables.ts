import type { Prisma } from '../../platform/db/generated/client.ts';

/** A table of an export: its columns in order, and which of them hold bytes. */
export type Table = { name: string; columns: { name: string; isBytes: boolean }[] };

/** Tables that belong to a database and its processes, so they are not exported. */
const left = ['_prisma_migrations', 'change', 'lease', 'server_process'];

const columnsStatement = `
  SELECT c.table_name AS "table", c.column_name AS name, c.data_type = 'bytea' AS "isBytes"
  FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  ORDER BY c.table_name, c.ordinal_position`;

const referencesStatement = `
  SELECT DISTINCT conrelid::regclass::text AS "from", confrelid::regclass::text AS "to"
  FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`;

/** Lists every exported table, each after those that it refers to. */
export async function listTables(tx: Prisma.TransactionClient): Promise<Table[]> {
  type Column = { table: string; name: string; isBytes: boolean };
  const columns = await tx.$queryRawUnsafe<Column[]>(columnsStatement);
  const references = await tx.$queryRawUnsafe<{ from: string; to: string }[]>(referencesStatement);
  const names = [...new Set(columns.map(({ table }) => table))].filter((n) => !left.includes(n));
  return inOrder(names, references).map((name) => ({
    name,
    columns: columns.filter(({ table }) => table === name).map(({ table, ...column }) => column),
  }));
}

function inOrder(
  names: readonly string[],
  references: readonly { from: string; to: string }[],
): string[] {
  const ordered: string[] = [];
  let rest = [...names];
  while (rest.length > 0) {
    const free = rest.filter((name) =>
      references.every(({ from, to }) => from !== name || to === name || !rest.includes(to)),
    );
    if (free.length === 0) throw new Error(`These tables refer to each other: ${rest.join(', ')}.`);
    ordered.push(...free);
    rest = rest.filter((name) => !free.includes(name));
  }
  return ordered;
}
