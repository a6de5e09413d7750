import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createConnection, makeSystem } from '../helpers/connections.ts';
import {
  addReference,
  deleteConnection,
  externalIdsOf,
  type Reference,
  removeReference,
} from '../helpers/references.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

const server = useServer({ env: { LIMIT_REFERENCES: '12' } });

type Page = { nodes: Reference[]; totalCount: number; pageInfo: { endCursor: string } };

async function pageOf(id: string, args: string): Promise<Page> {
  const { data, errors } = await server.graphql<{ connection: { references: Page } }>(
    `query($id: ID!) { connection(id: $id) { references${args} {
      nodes { id kind externalId label } totalCount pageInfo { endCursor } } } }`,
    { id },
  );
  expect(errors).toEqual([]);
  return data.connection.references;
}

async function actionsOn(connectionId: string): Promise<string[]> {
  const where = { connectionId, action: { startsWith: 'reference.' } };
  const events = await server.deps.db.auditEvent.findMany({ where, orderBy: { at: 'asc' } });
  return events.map(({ action }) => action);
}

describe('a reference to a connection', () => {
  test('is listed newest first in pages with the total', async () => {
    const { id } = await createConnection(server);
    for (const externalId of ['1', '2', '3']) {
      await addReference(server, id, { kind: 'agent', externalId, label: `Agent ${externalId}` });
    }
    const first = await pageOf(id, '(first: 2)');
    expect(first.nodes.map(({ label }) => label)).toEqual(['Agent 3', 'Agent 2']);
    expect(first.totalCount).toBe(3);
    const rest = await pageOf(id, `(first: 2, after: "${first.pageInfo.endCursor}")`);
    expect(rest.nodes).toEqual([
      { id: expect.any(String), kind: 'agent', externalId: '1', label: 'Agent 1' },
    ]);
  });

  test('has a label under the rules of names, and a blank label counts as absent', async () => {
    const { id } = await createConnection(server);
    const add = (label: string) => addReference(server, id, { externalId: 'one', label });
    expect(await add(' Cafe\u0301 ')).toMatchObject({ label: 'Caf\u00e9' });
    expect(await add(' \u200b')).toMatchObject({ label: 'Caf\u00e9' });
  });

  test('is registered once for repeated requests, with the last label', async () => {
    const { id } = await createConnection(server);
    const externalId = 'w1';
    const first = await addReference(server, id, { externalId, label: 'Old' });
    expect(await addReference(server, id, { externalId, label: 'New' })).toEqual({
      ...first,
      label: 'New',
    });
    expect(await addReference(server, id, { externalId })).toMatchObject({ label: 'New' });
    const concurrent = Array.from({ length: 8 }, () => addReference(server, id, { externalId }));
    for (const { id: again } of await Promise.all(concurrent)) expect(again).toBe(first.id);
    expect(await externalIdsOf(server, id)).toEqual([externalId]);
    expect(await actionsOn(id)).toEqual(['reference.add', 'reference.add']);
  });

  test('is separate for another kind and for another connection', async () => {
    const [one, other] = [await createConnection(server), await createConnection(server)];
    const added = [
      await addReference(server, one.id, { externalId: '7' }),
      await addReference(server, one.id, { externalId: '7', kind: 'agent' }),
      await addReference(server, other.id, { externalId: '7' }),
    ];
    expect(new Set(added.map(({ id }) => id)).size).toBe(3);
  });

  test('is removed once', async () => {
    const { id } = await createConnection(server);
    const added = await addReference(server, id);
    expect(await removeReference(server, added.id)).toEqual(added);
    expect(await removeReference(server, added.id)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await externalIdsOf(server, id)).toEqual([]);
    expect(await actionsOn(id)).toEqual(['reference.add', 'reference.remove']);
  });

  test('may be of a system-managed connection', async () => {
    const { id } = await createConnection(server);
    await makeSystem(server, id);
    expect(await addReference(server, id)).toMatchObject({ __typename: 'ConnectionReference' });
  });

  test('needs a kind and an id, and all complaints are returned at once', async () => {
    const { id } = await createConnection(server);
    const refused = await addReference(server, id, {
      kind: ' ',
      externalId: 'x'.repeat(256),
      label: '\u0000',
    });
    expect(refused.fields?.map(({ path }) => path)).toEqual(['kind', 'externalId', 'label']);
    expect(await externalIdsOf(server, id)).toEqual([]);
  });

  test('is limited in number, also for concurrent requests', async () => {
    const { id } = await createConnection(server);
    const many = Array.from({ length: 20 }, (_, n) =>
      addReference(server, id, { externalId: `${n}` }),
    );
    const outcomes = await Promise.all(many);
    const refused = outcomes.filter(({ fields }) => fields?.[0]?.path === 'connectionId');
    expect(refused).toHaveLength(8);
    const ids = await externalIdsOf(server, id);
    expect(ids).toHaveLength(12);
    const known = ids[0] ?? '';
    expect(await addReference(server, id, { externalId: known })).not.toHaveProperty('code');
  });
});

test('the references of a list take one statement, and their totals another', async () => {
  const document = `query($id: ID) { connections(projectId: $id) { nodes { id references(first: 5) {
    nodes { externalId } totalCount } } } }`;
  for (let n = 0; n < 5; n += 1) await addReference(server, (await createConnection(server)).id);
  const statements = await statementsOf(async () => {
    const { errors } = await server.graphql(document, { id: server.home.projectId });
    expect(errors).toEqual([]);
  });
  const own = statements.filter((text) => text.includes('connection_reference'));
  expect(own, own.join('\n\n')).toHaveLength(2);
});

describe('a connection in use', () => {
  test('is not deleted: a conflict lists its references', async () => {
    const { id } = await createConnection(server);
    const older = await addReference(server, id, { externalId: 'a' });
    const newer = await addReference(server, id, { externalId: 'b', label: 'Nightly' });
    const { __typename: _, ...listed } = newer;
    const { __typename: __, ...listedToo } = older;
    expect(await deleteConnection(server, id)).toMatchObject({
      code: 'CONFLICT',
      details: { references: [listed, listedToo] },
    });
    const over = await server.rest('DELETE', `/v1/connections/${id}`);
    expect(over.status).toBe(409);
    const inRest = [newer, older].map(({ id: reference, kind, externalId, label }) => ({
      id: reference,
      kind,
      external_id: externalId,
      label,
    }));
    expect(over.json).toEqual({
      error: {
        code: 'conflict',
        message: expect.any(String),
        details: { references: inRest },
      },
    });
    expect(await server.rest('GET', `/v1/connections/${id}`)).toMatchObject({ status: 200 });
  });

  test('is deleted after its last reference is removed', async () => {
    const { id } = await createConnection(server);
    await removeReference(server, (await addReference(server, id)).id);
    expect(await deleteConnection(server, id)).toMatchObject({ deletedId: id });
  });

  test('is either deleted or gets a reference when both are requested at once', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 15; round += 1) {
      const { id } = await createConnection(server);
      const [removed, added] = await Promise.all([
        deleteConnection(server, id),
        addReference(server, id),
      ]);
      const isDeleted = removed.__typename === 'DeletedConnection';
      expect(added.__typename).toBe(isDeleted ? 'NotFoundError' : 'ConnectionReference');
      expect(removed.__typename).toBe(isDeleted ? 'DeletedConnection' : 'ConflictError');
      const left = await server.deps.db.connection.count({ where: { id } });
      expect([left, (await externalIdsOf(server, id)).length]).toEqual(isDeleted ? [0, 0] : [1, 1]);
      outcomes.add(removed.__typename);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

test('a refused deletion is audited with its connection', async () => {
  const { id } = await createConnection(server);
  const key = await server.createKey({ role: 'viewer' });
  await addReference(server, id, {}, key);
  expect(await actionsOn(id)).toEqual(['reference.add.refused']);
  const nothing = randomUUID();
  await addReference(server, nothing);
  expect(await actionsOn(nothing)).toEqual(['reference.add.refused']);
});
