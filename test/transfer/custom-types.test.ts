import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportAll } from '../../src/core/transfer/export.service.ts';
import { importAll } from '../../src/core/transfer/import.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { createConnection } from '../helpers/connections.ts';
import { createType, requireType } from '../helpers/custom-types.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { makeFolder } from '../helpers/process.ts';
import { masterKeys, useServer } from '../helpers/server.ts';

const keys = createLocalKeyProvider(masterKeys);
const version = { version: '1.2.3', migration: 'the newest' };
const server = useServer();
let target: Database;
beforeEach(async () => {
  target = await openTestDatabase();
});
afterEach(() => target.close());

async function exportTo(): Promise<string> {
  const path = join(makeFolder(), 'everything.jsonl');
  await exportAll(server.database, keys, version, (text) => appendFile(path, text));
  return path;
}

test('an export and an import carry custom types with what uses them', async () => {
  const definition = await createType(server, { label: 'Z to A', category: 'mail' });
  const { type } = definition;
  const { id } = await createConnection(server, { type, config: { api_key: 'k' } });
  await requireType(server, server.home.projectId, type);
  const stored = await server.deps.db.customType.findFirstOrThrow({ where: { name: type } });

  await importAll(target.db, keys, { path: await exportTo(), migration: version.migration });
  const imported = await target.db.customType.findFirstOrThrow({ where: { name: type } });
  expect(imported).toEqual(stored);
  expect(JSON.stringify(imported.definition)).toBe(JSON.stringify(definition));
  const connection = await target.db.connection.findUniqueOrThrow({ where: { id } });
  expect(connection).toMatchObject({ type, customTypeId: stored.id });
  expect(await target.db.requirement.count({ where: { customTypeId: stored.id } })).toBe(1);
  const organization = await target.db.organization.findFirstOrThrow({
    where: { id: server.home.organizationId },
  });
  expect(organization.typesVersion).toBeGreaterThan(0);
});

test('an import refuses a custom type with the name of a file in CONNECTION_TYPES', async () => {
  const { type } = await createType(server);
  const from = { path: await exportTo(), migration: version.migration, fileTypes: [type] };
  await expect(importAll(target.db, keys, from)).rejects.toThrow(
    `both define ${type}. Remove these files, or give their types other names.`,
  );
  expect(await target.db.organization.count()).toBe(0);
});
