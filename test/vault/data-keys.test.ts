import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { createVault } from '../../src/core/vault/vault.ts';
import type { Sql } from '../../src/platform/db/sql.ts';
import {
  type ConnectionJson,
  createConnection,
  type Failure,
  fetchConfig,
} from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { masterKeys, useServer } from '../helpers/server.ts';

const server = useServer();
let projectId: string;
let connection: ConnectionJson;
beforeEach(async () => {
  projectId = await seedProject(server.deps.db, server.home.organizationId);
  connection = await createConnection(server, { project_id: projectId });
});

const dataKeys = () =>
  server.deps.db.dataKey.findMany({ where: { projectId }, orderBy: { createdAt: 'asc' } });
const dataKeyOf = async ({ id }: ConnectionJson) => {
  const row = await server.deps.db.connection.findUniqueOrThrow({ where: { id } });
  return row.configDataKeyId;
};

test('a destroyed key opens nothing at once, although it was used a moment ago', async () => {
  expect((await fetchConfig(server, connection.id)).status).toBe(200);
  const [key] = await dataKeys();
  await server.deps.db.dataKey.updateMany({ where: { projectId }, data: { wrapped: null } });
  const answer = await server.rest<Failure>('POST', `/v1/connections/${connection.id}/credentials`);
  expect(answer.status).toBe(500);
  const line = server
    .logged()
    .find(({ requestId, err }) => requestId === answer.json.error.request_id && err);
  expect(line?.err).toMatchObject({ message: expect.stringContaining(String(key?.id)) });
  expect((await server.rest('GET', `/v1/connections/${connection.id}`)).status).toBe(500);
  const list = await server.rest('GET', `/v1/connections?project_id=${projectId}`);
  expect(list.json).toMatchObject({ data: [{ config: null, config_error: 'unreadable' }] });
});

test('a key that seals a value cannot be deleted', async () => {
  const [key] = await dataKeys();
  await expect(server.deps.db.dataKey.delete({ where: { id: key?.id ?? '' } })).rejects.toThrow();
});

test('a retired key opens its values, and the next write creates its successor', async () => {
  await server.deps.db.dataKey.updateMany({ where: { projectId }, data: { status: 'retired' } });
  const next = await createConnection(server, { project_id: projectId });
  expect(await dataKeyOf(next)).not.toBe(await dataKeyOf(connection));
  expect((await fetchConfig(server, connection.id)).status).toBe(200);
  expect((await fetchConfig(server, next.id)).status).toBe(200);
  expect((await dataKeys()).map(({ status }) => status)).toEqual(['retired', 'active']);
});

test('a key that is forgotten during its read is not cached', async () => {
  const { sql } = server.deps;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reading = 0;
  const slow: Sql = async (name, text, values) => {
    const rows = await sql(name, text, values);
    if (name === 'reserve-seals' && reading++ === 0) await released;
    return rows as never;
  };
  const vault = createVault(slow, createLocalKeyProvider(masterKeys));
  const late = vault.sealingKey(projectId);
  await vi.waitFor(() => expect(reading).toBe(1));
  await server.deps.db.dataKey.updateMany({ where: { projectId }, data: { status: 'retired' } });
  vault.forgetSealingKey(projectId);
  release();
  await late;
  expect((await vault.sealingKey(projectId)).id).toBe((await dataKeys())[1]?.id);
});

describe('a worn key is replaced:', () => {
  test.each([
    ['one that sealed 2^30 times', { seals: 2n ** 30n + 1n }],
    ['one of more than 90 days', { createdAt: new Date(Date.now() - 91 * 86_400_000) }],
  ])('%s', async (_what, data) => {
    await server.deps.db.dataKey.updateMany({ where: { projectId }, data });
    // Another process has nothing in memory.
    const other = createVault(server.deps.sql, createLocalKeyProvider(masterKeys));
    const keys = await Promise.all([1, 2, 3].map(() => other.sealingKey(projectId)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(keys[0]?.id).not.toBe(await dataKeyOf(connection));
    expect((await dataKeys()).map(({ status }) => status).sort()).toEqual(['active', 'retired']);
    const next = await createConnection(server, { project_id: projectId });
    expect(await dataKeyOf(next)).toBe(keys[0]?.id);
  });
});

test('seals are reserved in the database before they are used', async () => {
  const [key] = await dataKeys();
  expect(Number(key?.seals)).toBeGreaterThan(0);
});

describe('a value does not open after a move:', () => {
  /** `$1` is the connection, `$2` another one or the given value. */
  const moved = async (statement: string, second?: string) => {
    const { db } = server.deps;
    const other = await createConnection(server, { project_id: projectId });
    await db.$executeRawUnsafe(statement, connection.id, second ?? other.id);
    expect((await fetchConfig(server, connection.id)).status).toBe(500);
    expect((await fetchConfig(server, other.id)).status).toBe(200);
  };

  test('from one public half to another', () =>
    moved(`UPDATE connection SET config = (SELECT config FROM connection WHERE id = $2::uuid)
      WHERE id = $1::uuid`));

  test('from one secret half to another', () =>
    moved(`UPDATE connection_secret SET config =
        (SELECT config FROM connection_secret WHERE connection_id = $2::uuid)
      WHERE connection_id = $1::uuid`));

  test('from the public half to the secret half of its row', () =>
    moved(`UPDATE connection_secret SET config = (SELECT config FROM connection WHERE id = $1::uuid)
      WHERE connection_id = $1::uuid AND $2::text IS NOT NULL`));

  test('of the whole row to another project', async () => {
    const target = await seedProject(server.deps.db, server.home.organizationId);
    await moved('UPDATE connection SET project_id = $2::uuid WHERE id = $1::uuid', target);
  });

  test('of the whole row to a project of another organization', async () => {
    const { projectId: target, key } = server.stranger;
    const { db } = server.deps;
    await db.connection.update({ where: { id: connection.id }, data: { projectId: target } });
    const path = `/v1/connections/${connection.id}/credentials`;
    expect((await fetchConfig(server, connection.id)).status).toBe(404);
    const answer = await server.rest('POST', path, { key });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('c4n4ry');
  });

  test('with the id of another data key', async () => {
    await createConnection(server);
    const [other] = await server.deps.db.dataKey.findMany({
      where: { projectId: server.home.projectId },
    });
    await moved(
      'UPDATE connection_secret SET config_data_key_id = $2::uuid WHERE connection_id = $1::uuid',
      other?.id ?? '',
    );
  });

  test('with the wrapped data key of another project', async () => {
    await createConnection(server);
    await server.deps.db.$executeRawUnsafe(
      `UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE project_id = $2::uuid LIMIT 1)
       WHERE project_id = $1::uuid`,
      projectId,
      server.home.projectId,
    );
    const fresh = createVault(server.deps.sql, createLocalKeyProvider(masterKeys));
    await expect(fresh.sealingKey(projectId)).rejects.toThrow('Key test');
  });
});
