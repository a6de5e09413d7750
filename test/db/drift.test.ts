import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { startSchemaEngine } from '../../src/db/migration-engine.ts';
import { packageRoot } from '../../src/db/migration-files.ts';
import { openTestDatabase } from '../helpers/database.ts';

const noDrift = '-- This is an empty migration.\n';

let database: Database;
let schema: string;
beforeAll(async () => {
  database = await openTestDatabase();
  schema = await readFile(join(packageRoot, 'prisma', 'schema.prisma'), 'utf8');
});
afterAll(() => database.close());

/** What would have to change in the migrated database for it to be as the schema says. */
async function findDrift(content: string): Promise<string | null> {
  const adapter = await database.connectForMigrations();
  const engine = await startSchemaEngine(async () => adapter);
  const files = [{ path: 'schema.prisma', content }];
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: 'prisma' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  await adapter.dispose();
  return stdout;
}

test('the migrations lead to schema.prisma', async () => {
  expect(await findDrift(schema)).toBe(noDrift);
});

test.each([
  ['a column more', /( {2}owner +String\n)/, '$1  note String\n', /ADD COLUMN +"note"/],
  ['another type', /@db\.Timestamptz\(3\)/, '@db.Timestamptz(6)', /TIMESTAMPTZ\(6\)/],
  ['an index more', /( {2}@@map\("lease"\))/, '  @@index([owner])\n$1', /CREATE INDEX/],
  ['an index less', / {2}@@index\(\[projectId, createdAt, id\]\)\n/, '', /DROP INDEX/],
  ['another default', /transaction_timestamp/, 'clock_timestamp', /SET DEFAULT clock_timestamp/],
])('%s in schema.prisma is noticed', async (_, pattern, replacement, drift) => {
  const changed = schema.replace(pattern, replacement);
  expect(changed).not.toBe(schema);
  expect(await findDrift(changed)).toMatch(drift);
});
