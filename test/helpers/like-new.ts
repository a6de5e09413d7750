/** Runs one statement in a database of either kind. */
export type Query = <Row extends object>(statement: string) => Promise<Row[]>;

/**
 * A fingerprint of a migrated database. It differs when anything but rows has changed, because every such
 * change writes a row of these catalogs.
 */
export async function shapeOf(query: Query): Promise<string | undefined> {
  const written = (table: string, own = 'true') =>
    `(SELECT format('${table} %s %s', count(*), max(xmin::text::bigint)) FROM ${table} WHERE ${own})`;
  const own = ['pg_class', 'pg_constraint', 'pg_proc', 'pg_trigger', 'pg_type'];
  const whole = ['pg_db_role_setting', 'pg_enum', 'pg_index', 'pg_namespace', 'pg_authid'];
  const [row] = await query<{ shape: string }>(`SELECT concat_ws(', ',
    ${written('pg_attribute', 'attrelid >= 16384')},
    ${own.map((table) => written(table, 'oid >= 16384')).join()},
    ${[...whole, '_prisma_migrations'].map((table) => written(table)).join()}
  ) AS shape`);
  return row?.shape;
}

/** Deletes every row except the migrations', and resets every sequence. */
export async function empty(query: Query): Promise<void> {
  await query(`DO $$
    DECLARE name text;
    BEGIN
      SET LOCAL session_replication_role = replica;
      FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind = 'r' AND relname <> '_prisma_migrations'
      LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
      PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
    END $$`);
}
