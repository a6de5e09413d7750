import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { checkMasterKeys } from '../../src/core/vault/master-keys.ts';
import { createVault } from '../../src/core/vault/vault.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { ConfigError } from '../../src/platform/errors.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { seedOrganization } from '../helpers/seed.ts';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

const one = `one:${randomBytes(32).toString('base64')}`;
const two = `two:${randomBytes(32).toString('base64')}`;
const another = `one:${randomBytes(32).toString('base64')}`;

/** Checks these keys as a start does before the server accepts requests. */
const start = (masterKeys: string) =>
  checkMasterKeys(database.sql, createLocalKeyProvider(masterKeys));

const states = async () => {
  const rows = await database.db.masterKey.findMany({ orderBy: { kid: 'asc' } });
  return Object.fromEntries(rows.map(({ kid, status }) => [kid, status]));
};

test('the first key of an empty database becomes active, and later keys are staged', async () => {
  await start(one);
  await start(one);
  expect(await states()).toEqual({ one: 'active' });
  await start(`${one},${two}`);
  expect(await states()).toEqual({ one: 'active', two: 'staged' });
});

test('several processes that start at once create one active key', async () => {
  await Promise.all([`${one},${two}`, `${two},${one}`, `${one},${two}`].map(start));
  const found = Object.values(await states()).sort();
  expect(found).toEqual(['active', 'staged']);
});

describe('a start fails and names the id of the key', () => {
  async function expectStopped(masterKeys: string, kid: string) {
    const failure = await start(masterKeys).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain(`"${kid}"`);
    for (const pair of [one, two, another]) {
      expect(String(failure)).not.toContain(pair.slice(4));
    }
  }

  test('when the active key is another', async () => {
    await start(one);
    await expectStopped(another, 'one');
  });

  test('when the active key is missing', async () => {
    await start(one);
    await expectStopped(two, 'one');
    expect(await states()).toEqual({ one: 'active' });
  });

  test('when a retired key that still wraps a data key is missing', async () => {
    await start(`${one},${two}`);
    const { projectId } = await seedOrganization(database.db);
    await createVault(database.sql, createLocalKeyProvider(one)).sealingKey(projectId);
    await promoteTwo();
    await expectStopped(two, 'one');
  });

  test('when a staged key is another, although nothing uses it yet', async () => {
    await start(`${one},${two}`);
    const wrong = `two:${randomBytes(32).toString('base64')}`;
    await expectStopped(`${one},${wrong}`, 'two');
  });
});

test('a start succeeds without a key that nothing needs', async () => {
  await start(`${one},${two}`);
  await start(one);
  await promoteTwo();
  await start(two);
});

test('a start succeeds without a key whose data keys are all destroyed', async () => {
  await start(`${one},${two}`);
  const { projectId } = await seedOrganization(database.db);
  await createVault(database.sql, createLocalKeyProvider(one)).sealingKey(projectId);
  await promoteTwo();
  await database.db.dataKey.updateMany({ data: { wrapped: null, status: 'retired' } });
  await start(two);
});

test('a data key opens only with the master key that wrapped it, under any id', async () => {
  await start(one);
  const { projectId, organizationId } = await seedOrganization(database.db);
  const vault = createVault(database.sql, createLocalKeyProvider(one));
  const key = await vault.sealingKey(projectId);
  const place = { organizationId, projectId, table: 't', rowId: randomUUID(), column: 'c' };
  const sealed = vault.seal(key, place, Buffer.from('x'));
  const row = await database.db.dataKey.findUniqueOrThrow({ where: { id: key.id } });
  const fresh = createVault(database.sql, createLocalKeyProvider(one));
  expect(await fresh.open(row, place, sealed)).toEqual(Buffer.from('x'));
  const wrong = createVault(database.sql, createLocalKeyProvider(another));
  await expect(wrong.open(row, place, sealed)).rejects.toThrow('Key one');
});

async function promoteTwo() {
  const { db } = database;
  await db.masterKey.update({ where: { kid: 'one' }, data: { status: 'retired' } });
  await db.masterKey.update({ where: { kid: 'two' }, data: { status: 'active' } });
}
