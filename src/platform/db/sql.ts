import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/**
 * Runs one statement outside of any transaction. Its name identifies the prepared statement, so each name
 * has one text.
 */
export type Sql = <Row extends object>(
  name: string,
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * Reads columns as `pg` does, with two differences: a `bigint` becomes a number if a number can hold it, and
 * times are parsed faster.
 */
export const sqlTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (oid === INT8) return parseBigint;
    return oid === TIMESTAMPTZ ? parseTime : pg.types.getTypeParser(oid, format);
  },
};

/**
 * Creates the port to PostgreSQL. Each session prepares a statement once. Results have a `Buffer` for
 * `bytea`, a `Date` for `timestamptz` and a string for `numeric`. Arrays are JavaScript arrays. The pool
 * must have been opened with {@link sqlTypes}.
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
 * Creates the port to PGlite, which prepares no statements by name. It still checks that each name has one
 * text, so that tests on PGlite find the mistake before PostgreSQL does. Results have a plain `Uint8Array`
 * for `bytea`.
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

/**
 * Whether a session can be used again after an error. It can if PostgreSQL refused the statement, such as
 * for a name that is taken. `pool.query` would close the session even then.
 */
function leavesSessionIntact(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

const parseAnyTime = pg.types.getTypeParser(TIMESTAMPTZ, 'text');

/*
 * Parses a time. Sessions are in UTC, so nearly every time has the form `2030-01-31 12:00:00.5+00`. Turned
 * into ISO 8601, it takes a tenth of the time to parse.
 */
function parseTime(text: string): Date {
  const iso = text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? parseAnyTime(text) : new Date(time);
}

function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
