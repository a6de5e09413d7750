import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';

/*
 * A worker's files use its embedded databases one after the other: to make one takes twenty times as
 * long as to empty it.
 */

const dumps = new Map<string, Promise<Blob>>();
const idle: PGlite[] = [];
const shapes = new WeakMap<PGlite, string>();

/** One from a dump; nobody else will use it. */
export async function makeEmbedded(path: string): Promise<PGlite> {
  const dump = dumps.get(path) ?? readFile(path).then((bytes) => new Blob([bytes]));
  dumps.set(path, dump);
  return PGlite.create({
    loadDataDir: await dump,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=4MB'],
  });
}

/** One from a dump, or one that is as if it were; closed, it is for the next. Whoever has been given it cannot use it any more. */
export async function borrowEmbedded(path: string): Promise<PGlite> {
  const pglite = idle.pop() ?? (await makeEmbedded(path));
  if (!shapes.has(pglite)) shapes.set(pglite, await shapeOf(pglite));
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    if (await isLikeNew(pglite)) idle.push(pglite);
    else await pglite.close();
  };
  return new Proxy(pglite, {
    get(target, name) {
      if (name === 'closed') return isClosed || target.closed;
      if (isClosed) throw new Error('PGlite is closed');
      if (name === 'close') return close;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Empties it, unless a file has changed more than rows. */
async function isLikeNew(pglite: PGlite): Promise<boolean> {
  await pglite.exec('ROLLBACK');
  await pglite.exec('DISCARD ALL');
  if ((await shapeOf(pglite)) !== shapes.get(pglite)) return false;
  const { rows } = await pglite.query<{ table: string }>(
    `SELECT relname AS table FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'`,
  );
  await pglite.exec(`
    SET session_replication_role = replica;
    ${rows.map(({ table }) => `DELETE FROM "${table}";`).join('\n')}
    SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
    RESET session_replication_role;
  `);
  return true;
}

/** Differs once anything but rows was changed: whatever does so writes a row of these. */
async function shapeOf(pglite: PGlite): Promise<string> {
  const written = (table: string, own = 'true') =>
    `(SELECT format('${table} %s %s', count(*), max(xmin::text::bigint)) FROM ${table} WHERE ${own})`;
  const { rows } = await pglite.query<{ shape: string }>(`SELECT concat_ws(', ',
    ${written('pg_attribute', 'attrelid >= 16384')},
    ${['pg_class', 'pg_constraint', 'pg_proc', 'pg_trigger', 'pg_type'].map((table) => written(table, 'oid >= 16384')).join()},
    ${['pg_db_role_setting', 'pg_enum', 'pg_index', 'pg_namespace', 'pg_authid', '_prisma_migrations'].map((table) => written(table)).join()}
  ) AS shape`);
  return rows[0]?.shape ?? '';
}
