import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batch } from '../../src/platform/db/batch.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openTestDatabase } from '../helpers/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function selectOne(name: string, text: string, values: unknown[] = []) {
  const rows = await database.sql<Record<string, unknown>>(name, text, values);
  return rows[0];
}

test('scalars are read equally on both databases', async () => {
  const row = await selectOne(
    'scalars',
    `SELECT $1::bytea AS bytes, $2::timestamptz AS time, $3::uuid AS id, $4::jsonb AS json,
       9007199254740991::bigint AS large, 9007199254740993::bigint AS huge, count(*) AS rows,
       1.5::float8 AS float, 1.50::numeric AS numeric, NULL::text AS nothing, true AS yes`,
    [
      Buffer.from([0, 1, 255]),
      new Date(1_700_000_000_123),
      '0190a0b0-0000-7000-8000-000000000001',
      { a: 1 },
    ],
  );
  expect(row?.bytes).toBeInstanceOf(Uint8Array);
  expect(Buffer.from(row?.bytes as Uint8Array).toString('hex')).toBe('0001ff');
  expect(row).toMatchObject({
    time: new Date(1_700_000_000_123),
    id: '0190a0b0-0000-7000-8000-000000000001',
    json: { a: 1 },
    large: Number.MAX_SAFE_INTEGER,
    huge: 9007199254740993n,
    rows: 1,
    float: 1.5,
    numeric: '1.50',
    nothing: null,
    yes: true,
  });
});

test('arrays for unnest are written and read equally on both databases', async () => {
  const texts = ['a"b', 'c,d', null, '', 'NULL', '{x}\\', 'é\n'];
  const ids = ['0190a0b0-0000-7000-8000-000000000001', null];
  const times = [new Date(1_700_000_000_123), null];
  const row = await selectOne(
    'arrays',
    'SELECT $1::text[] AS texts, $2::uuid[] AS ids, $3::timestamptz[] AS times, $4::int[] AS ints',
    [texts, ids, times, [1, 2, null]],
  );
  expect(row).toEqual({ texts, ids, times, ints: [1, 2, null] });
});

test('an array of bytes reaches its rows', async () => {
  const rows = await database.sql<{ bytes: Uint8Array | null }>(
    'bytes',
    'SELECT bytes FROM unnest($1::bytea[]) WITH ORDINALITY AS q(bytes, ordinal) ORDER BY ordinal',
    [[new Uint8Array([1, 2]), Buffer.from([255]), null]],
  );
  expect(rows.map(({ bytes }) => bytes && [...bytes])).toEqual([[1, 2], [255], null]);
});

test('a failing statement does not affect later ones', async () => {
  const divide = (by: number) => selectOne('division', 'SELECT 4 / $1::int AS n', [by]);
  for (let attempt = 0; attempt < 10; attempt++) await expect(divide(0)).rejects.toThrow('zero');
  expect(await divide(2)).toEqual({ n: 2 });
});

test('a name with two texts is refused', async () => {
  await selectOne('ambiguous', 'SELECT 1 AS n');
  await expect(selectOne('ambiguous', 'SELECT 2 AS n')).rejects.toThrow('ambiguous');
});

const poisons = {
  'a malformed UUID': ['no-uuid', 'name'],
  'a NUL character': [randomUUID(), 'na\u0000me'],
} as const;

test.each(Object.entries(poisons))('%s fails alone among the 50 in its batch', async (_, bad) => {
  const statements: number[] = [];
  const insert = batch(async (items: readonly (readonly [string, string])[]) => {
    statements.push(items.length);
    return database.sql<{ name: string }>(
      'insert_organizations',
      `INSERT INTO organization (id, name)
       SELECT id, name FROM unnest($1::uuid[], $2::text[]) AS q(id, name) RETURNING name`,
      [items.map(([id]) => id), items.map(([, name]) => name)],
    );
  });
  const good = Array.from({ length: 50 }, (_, index) => [randomUUID(), `o${index}`] as const);
  const settled = await Promise.allSettled(
    [...good.slice(0, 25), bad, ...good.slice(25)].map(insert),
  );
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(settled[25]?.status).toBe('rejected');
  expect(statements).toHaveLength(52);
  const ids = good.map(([id]) => id);
  expect(await database.db.organization.count({ where: { id: { in: ids } } })).toBe(50);
});

test('a lone surrogate does no harm to the 50 in its batch', async () => {
  const echo = batch((items: readonly string[]) =>
    database.sql<{ text: string }>(
      'echo',
      'SELECT text FROM unnest($1::text[]) WITH ORDINALITY AS q(text, ordinal) ORDER BY ordinal',
      [items],
    ),
  );
  const texts = Array.from({ length: 50 }, (_, index) => `t${index}`);
  const settled = await Promise.allSettled([...texts, '\ud800'].map(echo));
  const answers = settled.slice(0, 50).map((one) => one.status === 'fulfilled' && one.value.text);
  expect(answers).toEqual(texts);
});
