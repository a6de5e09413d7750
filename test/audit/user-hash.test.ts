import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashUserId } from '../../src/core/audit/audit.service.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const server = useServer();
const beside = useServer({ beside: server });

const app = randomUUID();

test('a user of an app has the same hash in every process and after a restart', async () => {
  const asked = [server, beside, server, beside].map(({ deps }) => hashUserId(deps, app, 'ann'));
  const [hash, ...others] = await Promise.all(asked);
  expect(hash).toMatch(/^[\w-]{43}$/);
  expect(new Set(others)).toEqual(new Set([hash]));
  expect(await server.deps.db.serverSecret.count()).toBe(1);
  const restarted = await startTestServer({}, server);
  expect(await hashUserId(restarted.deps, app, 'ann')).toBe(hash);
  await restarted.close();
});

test('another user, another app and another installation have another hash', async () => {
  const other = await startTestServer();
  const hashes = await Promise.all([
    hashUserId(server.deps, app, 'ann'),
    hashUserId(server.deps, app, 'Ann'),
    hashUserId(server.deps, randomUUID(), 'ann'),
    hashUserId(other.deps, app, 'ann'),
  ]);
  await other.close();
  expect(new Set(hashes).size).toBe(4);
});

test('the secret of the hashes is stored sealed and opens only in its own row', async () => {
  const { db, vault } = server.deps;
  const [row] = await db.serverSecret.findMany({ include: { secretDataKey: true } });
  if (row === undefined) throw new Error('There is no secret.');
  expect(row.secret.length).toBe(1 + 16 + 12 + 32 + 16);
  const ofServer = { organizationId: null, projectId: null };
  const place = { ...ofServer, table: 'server_secret', rowId: row.id, column: 'secret' };
  expect(await vault.open(row.secretDataKey, place, row.secret)).toHaveLength(32);
  const elsewhere = { ...place, rowId: randomUUID() };
  await expect(async () => vault.open(row.secretDataKey, elsewhere, row.secret)).rejects.toThrow(
    'moved from another place',
  );
});
