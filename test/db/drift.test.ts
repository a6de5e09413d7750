import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { pgliteMigrationAdapter } from '../../prisma/engine/pglite-adapter.ts';
import { postgresqlMigrationAdapter } from '../../prisma/engine/postgresql-adapter.ts';
import { startSchemaEngine } from '../../prisma/engine/schema-engine.ts';
import { packageRoot } from '../../src/platform/db/migration-files.ts';
import { cloneDatabase } from '../helpers/database.ts';
import { makeEmbedded } from '../helpers/embedded-database.ts';
import { testDatabase } from '../setup/test-database.ts';

const noDrift = '-- This is an empty migration.\n';

let schema: string;
beforeAll(async () => {
  schema = await readFile(join(packageRoot, 'prisma', 'schema.prisma'), 'utf8');
});

async function connectToMigrated(): Promise<SqlDriverAdapter> {
  const source = testDatabase();
  if (source.kind === 'postgresql') {
    const pool = new pg.Pool({ connectionString: await cloneDatabase(), max: 1 });
    return postgresqlMigrationAdapter(pool);
  }
  const pglite = await makeEmbedded(source.migrated);
  const adapter = await pgliteMigrationAdapter(pglite);
  adapter.dispose = () => pglite.close();
  return adapter;
}

/** Returns the changes that would make the migrated database match the schema. */
async function findDrift(content: string): Promise<string | null> {
  const adapter = await connectToMigrated();
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

test('the migrations result in schema.prisma', async () => {
  expect(await findDrift(schema)).toBe(noDrift);
});

test.each([
  ['a column more', /( {2}owner +String\n)/, '$1  note String\n', /ADD COLUMN +"note"/],
  ['another type', /@db\.Timestamptz\(3\)/, '@db.Timestamptz(6)', /TIMESTAMPTZ\(6\)/],
  ['an index more', /( {2}@@map\("lease"\))/, '  @@index([owner])\n$1', /CREATE INDEX/],
  ['an index less', / {2}@@index\(\[projectId, createdAt, id\]\)\n/, '', /DROP INDEX/],
  ['another default', /transaction_timestamp/, 'clock_timestamp', /SET DEFAULT clock_timestamp/],
])('the drift check finds %s in schema.prisma', async (_, pattern, replacement, drift) => {
  const changed = schema.replace(pattern, replacement);
  expect(changed).not.toBe(schema);
  expect(await findDrift(changed)).toMatch(drift);
});
