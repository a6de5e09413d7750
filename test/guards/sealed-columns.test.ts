import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealedColumns } from '../../src/core/key-rotation/sealed-columns.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openTestDatabase } from '../helpers/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Byte columns without a data key: digests, wrapped keys and the master keys' check. */
const otherBytes = [
  'access_key.digest',
  'authorization_attempt.browser_digest',
  'authorization_attempt.provider',
  'authorization_attempt.state_digest',
  'authorization_attempt.undo_digest',
  'connect_session.handoff_digest',
  'connect_session.secret_digest',
  'data_key.wrapped',
  'master_key.check_value',
  'pipedream_link.webhook_digest',
  'personal_access_token.digest',
];

const columns = `
  SELECT c.table_name || '.' || c.column_name AS column, k.is_nullable = 'YES' AS "keyIsNullable",
    c.is_nullable = 'YES' AS "isNullable", k.data_type AS "keyType",
    (SELECT f.confdeltype::text || f.confrelid::regclass FROM pg_constraint f
     JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ALL (f.conkey)
     WHERE f.contype = 'f' AND f.conrelid = c.table_name::regclass AND a.attname = k.column_name) AS reference
  FROM information_schema.columns c
  LEFT JOIN information_schema.columns k ON k.table_schema = c.table_schema
    AND k.table_name = c.table_name AND k.column_name = c.column_name || '_data_key_id'
  WHERE c.table_schema = 'public' AND c.data_type = 'bytea' ORDER BY 1`;

type Column = {
  column: string;
  isNullable: boolean;
  keyType: string | null;
  keyIsNullable: boolean | null;
  reference: string | null;
};

test('every sealed column is rotated, and refers to its data key, which cannot be deleted', async () => {
  const all = await database.sql<Column>('sealed-bytes', columns, []);
  const sealed = all.filter(({ column }) => !otherBytes.includes(column));
  const listed = sealedColumns.map(({ table, column }) => `${table}.${column}`);
  expect(sealed.map(({ column }) => column)).toEqual(listed.sort());
  for (const { column, keyType, reference, keyIsNullable, isNullable } of sealed) {
    const restrict = 'r';
    expect([column, keyType, reference]).toEqual([column, 'uuid', `${restrict}data_key`]);
    expect([column, keyIsNullable]).toEqual([column, isNullable]);
  }
});
