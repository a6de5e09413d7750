import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareStatements } from '../../src/db/pglite-statements.ts';
import { makeEmbedded } from '../helpers/embedded-database.ts';
import { testDatabase } from '../setup/test-database.ts';

const source = testDatabase();

describe.runIf(source.kind === 'pglite')('statements of the embedded database', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = source.kind === 'pglite' ? await makeEmbedded(source.blank) : new PGlite();
    prepareStatements(pglite);
    await pglite.exec('CREATE TABLE t (n int)');
  });
  afterAll(() => pglite.close());

  const count = async () => {
    const { rows } = await pglite.query<{ n: number }>('SELECT count(*)::int AS n FROM t');
    return rows[0]?.n;
  };
  /** How often a statement was planned, and how often its plan was at hand. */
  const plans = async (text: string) => {
    const { rows } = await pglite.query<{ planned: number; kept: number }>(
      `SELECT custom_plans::int AS planned, generic_plans::int AS kept
       FROM pg_prepared_statements WHERE statement = $1`,
      [text],
    );
    return rows;
  };

  test('are prepared once, and their plans kept', async () => {
    const text = 'SELECT $1::int + n AS sum FROM t';
    for (let n = 0; n < 20; n++) await pglite.query(text, [n]);
    expect(await plans(text)).toEqual([{ planned: 5, kept: 15 }]);
  });

  test('answer as unprepared ones do, whether they have rows or not', async () => {
    const answers = [
      await pglite.query('INSERT INTO t VALUES ($1), ($2)', [1, null]),
      await pglite.query('SELECT n, $1::text AS text FROM t ORDER BY n', ['a']),
      await pglite.query('SELECT n FROM t ORDER BY n', [], { rowMode: 'array' }),
      await pglite.query('DELETE FROM t'),
    ];
    expect(answers).toMatchObject([
      { rows: [], affectedRows: 2 },
      {
        rows: [
          { n: 1, text: 'a' },
          { n: null, text: 'a' },
        ],
        fields: [{ name: 'n' }, {}],
      },
      { rows: [[1], [null]] },
      { rows: [], affectedRows: 2 },
    ]);
  });

  test('that fail do no harm to those after them', async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(pglite.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({
        code: '22012',
      });
      await expect(pglite.query('SELEKT 1')).rejects.toMatchObject({ code: '42601' });
      await expect(pglite.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    }
    expect(await count()).toBe(0);
  });

  test('wait for the transaction that is under way, and are not part of it', async () => {
    let outside: Promise<number | undefined> | undefined;
    const undone = pglite.transaction(async (transaction) => {
      await transaction.query('INSERT INTO t VALUES ($1)', [1]);
      outside = count();
      const { rows } = await transaction.query('SELECT n FROM t');
      expect(rows).toEqual([{ n: 1 }]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await outside).toBe(0);
  });

  test('of a transaction that has ended are refused', async () => {
    const ended = await pglite.transaction(async (transaction) => transaction);
    await expect(ended.query('INSERT INTO t VALUES ($1)', [1])).rejects.toThrow('closed');
    expect(await count()).toBe(0);
  });

  test('run unprepared once there are very many', async () => {
    for (let n = 0; n < 600; n++) await pglite.query(`SELECT ${n}`);
    const { rows } = await pglite.query('SELECT count(*)::int AS n FROM pg_prepared_statements');
    expect(rows).toEqual([{ n: 500 }]);
    await pglite.transaction((transaction) => transaction.query('INSERT INTO t VALUES (7)'));
    expect(await count()).toBe(1);
  });
});
