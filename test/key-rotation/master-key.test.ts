import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { rotateMasterKey } from '../../src/core/key-rotation/rotate-master-key.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { checkMasterKeys } from '../../src/core/vault/master-keys.ts';
import { announceProcess } from '../../src/core/vault/processes.ts';
import { createVault } from '../../src/core/vault/vault.ts';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { aroundStatement } from '../helpers/hooks.ts';
import { seedProject } from '../helpers/seed.ts';
import { masterKeys, useServer } from '../helpers/server.ts';

const next = `next:${randomBytes(32).toString('base64')}`;
const keys = createLocalKeyProvider(`${next},${masterKeys}`);
const watcher = { onProgress: () => {}, onWaiting: () => {} };

const server = useServer();
beforeEach(async () => {
  await checkMasterKeys(server.database.sql, keys);
});

const activate = async (kid: string) => {
  const { db } = server.deps;
  await db.masterKey.updateMany({ where: { status: 'active' }, data: { status: 'retired' } });
  await db.masterKey.update({ where: { kid }, data: { status: 'active' } });
};

test('no data key is wrapped with a master key that is retired at that moment', async () => {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const release = aroundStatement(server.deps, 'replace-data-key', async (send) => {
    release();
    await activate('next');
    return send();
  });
  const vault = createVault((...statement) => server.deps.sql(...statement), keys);
  const { id } = await vault.sealingKey(projectId);
  const row = await server.deps.db.dataKey.findUniqueOrThrow({ where: { id } });
  expect(row.masterKeyKid).toBe('next');
  await server.deps.db.dataKey.delete({ where: { id } });
  await activate('test');
  await server.deps.db.masterKey.update({ where: { kid: 'next' }, data: { status: 'staged' } });
});

test('data keys are wrapped with the new master key when every process holds it', async () => {
  const { db, sql } = server.deps;
  const { id } = await createConnection(server);
  const destroyed = await seedProject(db, server.home.organizationId);
  await createConnection(server, { project_id: destroyed });
  await db.dataKey.updateMany({ where: { projectId: destroyed }, data: { wrapped: null } });
  const lacking = await announceProcess(sql, ['test']);
  const heard: number[] = [];
  const rotating = rotateMasterKey(server.database, keys, {
    ...watcher,
    onWaiting: (found) => {
      heard.push(found.length);
      void lacking.leave();
    },
  });
  expect(await rotating).toEqual({
    kid: 'next',
    rewrapped: 1,
    unreadable: [],
    removable: ['test'],
  });
  expect(heard[0]).toBe(1);
  const fresh = createVault(sql, createLocalKeyProvider(next));
  const row = await db.connection.findUniqueOrThrow({
    where: { id },
    include: { configDataKey: true },
  });
  const { organizationId, projectId } = server.home;
  const place = { organizationId, projectId, table: 'connection', rowId: id, column: 'config' };
  expect(String(await fresh.open(row.configDataKey, place, row.config))).toContain('{');
  expect((await fetchConfig(server, id)).status).toBe(200);
  // A second run is neither a rotation nor a failure.
  expect(await rotateMasterKey(server.database, keys, watcher)).toMatchObject({ rewrapped: 0 });
}, 60_000);

test('a retired master key cannot become the new one', async () => {
  const back = createLocalKeyProvider(`${masterKeys},${next}`);
  await expect(rotateMasterKey(server.database, back, watcher)).rejects.toThrow(
    'The master key "test" is retired',
  );
});

test('a data key that cannot be unwrapped is named, and its master key is not reported as removable', async () => {
  const third = createLocalKeyProvider(`third:${randomBytes(32).toString('base64')},${next}`);
  const { db, sql } = server.deps;
  await checkMasterKeys(sql, third);
  const [damaged] = await db.dataKey.findMany({ where: { wrapped: { not: null } } });
  await db.$executeRaw`UPDATE data_key SET wrapped = set_byte(wrapped, 30, 255 - get_byte(wrapped, 30))
    WHERE id = ${damaged?.id}::uuid`;
  expect(await rotateMasterKey(server.database, third, watcher)).toMatchObject({
    unreadable: [damaged?.id],
    removable: ['test'],
  });
}, 60_000);
