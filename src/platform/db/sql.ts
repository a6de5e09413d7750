import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** Runs one named statement outside any transaction. The name identifies the prepared statement: one name, one text. */
export type Sql = <Row extends object>(
  name: string,
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** How the port reads columns: as `pg` does, save that `bigint` is a number where a number holds it. */
export const sqlTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (oid === INT8) return parseBigint;
    return oid === TIMESTAMPTZ ? parseTime : pg.types.getTypeParser(oid, format);
  },
};

/**
 * The port over PostgreSQL: statements are prepared once a session under their name. A `bytea` is a
 * `Buffer`, which is a `Uint8Array`; a `timestamptz` a `Date`; a `numeric` a string. An array is
 * passed as a JavaScript array. The pool is to be opened with {@link sqlTypes}.
 */
export function postgresqlSql(pool: pg.Pool): Sql {
  return async <Row extends object>(name: string, text: string, values: readonly unknown[]) => {
    const client = await pool.connect();
    const { rows } = await client
      .query<Row>({ name, text, values: values as unknown[] })
      .catch((error: unknown) => {
        client.release(!leavesSessionIntact(error));
        throw error;
      });
    client.release();
    return rows;
  };
}

/**
 * The port over PGlite, where a statement is known by its text; that a name has one text is checked all
 * the same. A `bytea` is a plain `Uint8Array`, the rest is as above.
 */
export function pgliteSql(pglite: PGlite): Sql {
  const texts = new Map<string, string>();
  return async <Row extends object>(name: string, text: string, values: readonly unknown[]) => {
    const known = texts.get(name);
    if (known === undefined) texts.set(name, text);
    else if (known !== text) throw new Error(`Two statements are named "${name}".`);
    const { rows } = await pglite.query<Row>(text, values as unknown[]);
    return rows;
  };
}

/** A statement that failed by itself; `pool.query` would close the session after those as well. */
function leavesSessionIntact(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

const parseAnyTime = pg.types.getTypeParser(TIMESTAMPTZ, 'text');

/* Sessions are in UTC, so nearly every time reads `2030-01-31 12:00:00.5+00`: as good as ISO 8601, which takes a tenth of the time. */
function parseTime(text: string): Date {
  const iso = text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? parseAnyTime(text) : new Date(time);
}

function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
