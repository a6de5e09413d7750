import { expect, test } from 'vitest';
import { createConnection, postgreSql } from '../helpers/connections.ts';
import {
  addReference,
  deleteConnection,
  externalIdsOf,
  replaceConnection,
} from '../helpers/references.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer({ env: { LIMIT_REFERENCES: '6' } });

/** Makes a connection with `count` references. */
async function createUsed(...externalIds: string[]): Promise<string> {
  const { id } = await createConnection(server);
  for (const externalId of externalIds) await addReference(server, id, { externalId });
  return id;
}

test('replaceConnection moves every reference to the other connection, and the first can be deleted', async () => {
  const [from, to] = [await createUsed('a', 'b'), await createUsed('c')];
  expect(await replaceConnection(server, from, to.toUpperCase())).toMatchObject({ id: to });
  expect((await externalIdsOf(server, to)).sort()).toEqual(['a', 'b', 'c']);
  expect(await deleteConnection(server, from)).toMatchObject({ deletedId: from });
});

test('a reference to both connections is kept once', async () => {
  const [from, to] = [await createUsed('a', 'b'), await createUsed('b')];
  await replaceConnection(server, from, to);
  expect((await externalIdsOf(server, to)).sort()).toEqual(['a', 'b']);
  expect(await externalIdsOf(server, from)).toEqual([]);
});

test('the replacement is in the audit log of both connections', async () => {
  const [from, to] = [await createUsed('a'), await createUsed()];
  await replaceConnection(server, from, to);
  const event = (action: string, connectionId: string) =>
    server.deps.db.auditEvent.findFirst({ where: { action, connectionId, detail: { not: {} } } });
  expect(await event('reference.remove', from)).toMatchObject({ detail: { moved: 1, to } });
  expect(
    await server.deps.db.auditEvent.findMany({
      where: { connectionId: to, action: 'reference.add' },
    }),
  ).toMatchObject([{ detail: { moved: 1, from }, projectId: server.home.projectId }]);
});

test('the other connection must differ and have the same type and project', async () => {
  const from = await createUsed('a');
  const elsewhere = await seedProject(server.deps.db, server.home.organizationId);
  const config = { host: 'h', port: 1, database: 'd', user: 'u', password: 'p' };
  const others = [
    from,
    (await createConnection(server, { project_id: elsewhere })).id,
    (await createConnection(server, { type: postgreSql, config })).id,
  ];
  for (const other of others) {
    const refused = await replaceConnection(server, from, other);
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'withId' }] });
  }
  expect(await externalIdsOf(server, from)).toEqual(['a']);
});

test('a connection out of reach is not found on either side', async () => {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const key = await server.createKey({ projectId });
  const hidden = await createUsed('a');
  const own = (await createConnection(server, { project_id: projectId }, key)).id;
  for (const pair of [[hidden, own] as const, [own, hidden] as const]) {
    expect(await replaceConnection(server, ...pair, key)).toMatchObject({ code: 'NOT_FOUND' });
  }
  expect(await externalIdsOf(server, hidden)).toEqual(['a']);
});

test('moves nothing when the other connection would exceed its limit', async () => {
  const [from, to] = [await createUsed('a', 'b', 'c', 'd'), await createUsed('e', 'f', 'g')];
  const refused = await replaceConnection(server, from, to);
  expect(refused.fields).toEqual([{ path: 'withId', message: expect.stringContaining('6') }]);
  expect(await externalIdsOf(server, from)).toHaveLength(4);
});

test('two opposite replacements with concurrent registrations lose no reference', async () => {
  const [one, other] = [await createUsed('a'), await createUsed('b')];
  const added = ['c', 'd', 'e', 'f'].map((externalId, n) =>
    addReference(server, n % 2 ? one : other, { externalId }),
  );
  const moves = [one, other, one].map((from) =>
    replaceConnection(server, from, from === one ? other : one),
  );
  const outcomes = await Promise.all([...added, ...moves]);
  expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
  const left = [...(await externalIdsOf(server, one)), ...(await externalIdsOf(server, other))];
  expect(left.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
