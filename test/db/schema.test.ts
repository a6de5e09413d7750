import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { isUniqueViolation, primaryKeys } from '../../src/platform/db/errors.ts';
import { openTestDatabase } from '../helpers/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('every text column has the collation "C"', async () => {
  const rows = await database.sql(
    'collations',
    `SELECT attrelid::regclass AS table, attname AS column FROM pg_attribute
     JOIN pg_class ON pg_class.oid = attrelid JOIN pg_collation ON pg_collation.oid = attcollation
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0
       AND relname <> '_prisma_migrations' AND collname <> 'C'`,
    [],
  );
  expect(rows).toEqual([]);
});

test('every unique constraint has the name that isUniqueViolation expects', async () => {
  const rows = await database.sql<{ name: string; table: string; columns: string[] }>(
    'unique_indexes',
    `SELECT i.relname AS name, t.relname AS table, array_agg(attname::text ORDER BY attnum) AS columns
     FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
     JOIN pg_attribute ON attrelid = indexrelid
     WHERE indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_%'
     GROUP BY i.relname, t.relname`,
    [],
  );
  const expected = rows.map(({ name, table, columns }) =>
    columns.join() === (primaryKeys[table] ?? 'id')
      ? `${table}_pkey`
      : name.endsWith('_pkey')
        ? 'a primary key of src/platform/db/errors.ts'
        : `${table}_${columns.join('_')}_key`,
  );
  expect(rows.map(({ name }) => name)).toEqual(expected);
  expect(rows.length).toBeGreaterThan(10);
});

async function createProject() {
  const organization = { create: { id: randomUUID(), name: 'o' } };
  const project = { id: randomUUID(), name: 'p', organization };
  const { id } = await database.db.project.create({ data: { ...project, redirectUrls: [] } });
  return id;
}

const createMasterKey = (kid: string, status: 'active' | 'staged') =>
  database.db.masterKey.create({ data: { kid, status, checkValue: new Uint8Array(1) } });

const createDataKey = (projectId: string | null, status: 'active' | 'retired') =>
  database.db.dataKey.create({
    data: { id: randomUUID(), projectId, status, masterKeyKid: 'm', wrapped: new Uint8Array(1) },
  });

test('the schema allows one active master key, and one active data key for each project and for the server', async () => {
  await createMasterKey('m', 'active');
  await createMasterKey('staged', 'staged');
  const second = await createMasterKey('n', 'active').catch((error: unknown) => error);
  expect(isUniqueViolation(second, 'status')).toBe(true);
  const again = await createMasterKey('m', 'staged').catch((error: unknown) => error);
  expect(isUniqueViolation(again, 'kid')).toBe(true);
  expect(isUniqueViolation(again, 'status')).toBe(false);
  for (const [projectId, column] of [
    [await createProject(), 'project_id'],
    [await createProject(), 'project_id'],
    [null, 'status'],
  ] as const) {
    await createDataKey(projectId, 'retired');
    await createDataKey(projectId, 'active');
    await createDataKey(projectId, 'retired');
    const error = await createDataKey(projectId, 'active').catch((reason: unknown) => reason);
    expect(isUniqueViolation(error, column)).toBe(true);
  }
});

test('updated_at changes only with the version', async () => {
  const projectId = await createProject();
  const dataKey = await createDataKey(projectId, 'active');
  const bytes = new Uint8Array(1);
  const where = { id: randomUUID() };
  const keys = { projectId, configDataKeyId: dataKey.id };
  const names = { name: 'c', nameFolded: 'c', type: 't', status: 'active', config: bytes } as const;
  const past = new Date('2020-01-01T00:00:00.000Z');
  const data = { ...where, ...keys, ...names, secretFields: [], updatedAt: past };
  await database.db.connection.create({ data });
  const resealed = await database.db.connection.update({ where, data: { config: bytes } });
  expect(resealed.updatedAt).toEqual(past);
  const version = { increment: 1 };
  const updated = await database.db.connection.update({ where, data: { version } });
  expect(Date.now() - updated.updatedAt.getTime()).toBeLessThan(60_000);
  const future = new Date('2999-01-01T00:00:00.000Z');
  await database.db.connection.update({ where, data: { updatedAt: future } });
  const later = await database.db.connection.update({ where, data: { version } });
  expect(later.updatedAt).toEqual(future);
});
