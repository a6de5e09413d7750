import { afterEach, describe, expect, test } from 'vitest';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { createConnection, google, openAi } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { type TestServer, useServer } from '../helpers/server.ts';
import {
  type ConnectionEvent,
  kindsOf,
  type Subscription,
  watchConnections,
} from '../helpers/subscription.ts';

const server = useServer();
const beside = useServer({ beside: server });
const open: Subscription<ConnectionEvent>[] = [];
afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close();
});

async function watch(
  changes: { projectId?: string; id?: string; key?: string | null; of?: TestServer } = {},
) {
  const { key = server.adminKey, of = server, ...variables } = changes;
  const { projectId } = server.home;
  const subscription = await watchConnections(of.url, { projectId, ...variables }, key);
  open.push(subscription);
  return subscription;
}

const update = (id: string, name: string) =>
  server.rest('PUT', `/v1/connections/${id}`, { body: { type: openAi, config: {}, name } });

describe('a subscriber gets an event', () => {
  test('when a connection is created, changed and deleted, in order, with its state at that time', async () => {
    const subscription = await watch();
    expect([subscription.status, subscription.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream',
    ]);
    expect(subscription.headers.get('cache-control')).toBe('no-store');
    const { id, name } = await createConnection(server);
    await subscription.have(1, 1_000);
    await update(id, `${name} renamed`);
    await subscription.have(2, 1_000);
    await server.rest('DELETE', `/v1/connections/${id}`);
    const events = await subscription.have(3, 1_000);
    expect(events.map(({ data }) => data?.connectionChanged)).toEqual([
      { kind: 'CREATED', connectionId: id, connection: { name, status: 'ACTIVE', version: 1 } },
      {
        kind: 'UPDATED',
        connectionId: id,
        connection: { name: `${name} renamed`, status: 'ACTIVE', version: 2 },
      },
      { kind: 'DELETED', connectionId: id, connection: null },
    ]);
  });

  test('within a second of a change by another process', async () => {
    const subscription = await watch({ of: beside });
    const { id } = await createConnection(server);
    expect(kindsOf(await subscription.have(1, 1_000))).toEqual([['CREATED', id]]);
  });

  test('for every change once, also for concurrent changes', async () => {
    const subscription = await watch();
    const made = await Promise.all(Array.from({ length: 30 }, () => createConnection(server)));
    const second = await Promise.all(Array.from({ length: 5 }, () => createConnection(server)));
    await subscription.have(35);
    await createConnection(server);
    const events = kindsOf(await subscription.have(36));
    expect(new Set(events.map(([, id]) => id)).size).toBe(36);
    expect(
      events
        .slice(0, 35)
        .map(([, id]) => id)
        .sort(),
    ).toEqual([...made, ...second].map(({ id }) => id).sort());
  });

  test('only for one connection when it names it', async () => {
    const [one, other] = [await createConnection(server), await createConnection(server)];
    const subscription = await watch({ id: one.id.toUpperCase() });
    await update(other.id, `${other.name} renamed`);
    await update(one.id, `${one.name} renamed`);
    expect(kindsOf(await subscription.have(1))).toEqual([['UPDATED', one.id]]);
  });
});

describe('a subscriber gets no event', () => {
  /** Waits for a change of the subscriber's own, before which any other event would have come. */
  async function expectOnlyOwn(
    subscription: Subscription<ConnectionEvent>,
    projectId: string,
  ): Promise<void> {
    const { id } = await createConnection(server, { project_id: projectId });
    expect(kindsOf(await subscription.have(1))).toEqual([['CREATED', id]]);
  }

  test('for an earlier change', async () => {
    await createConnection(server);
    const { projectId } = server.home;
    await expectOnlyOwn(await watch({ projectId }), projectId);
  });

  test('for another project', async () => {
    const projectId = await seedProject(server.deps.db, server.home.organizationId);
    const subscription = await watch({ projectId });
    await createConnection(server);
    await expectOnlyOwn(subscription, projectId);
  });

  test('for a connection of an end user', async () => {
    const { projectId } = server.home;
    const app = await seedApp(server.deps.db, projectId);
    const requirement = await seedRequirement(server.deps.db, app.id);
    const { connectionId } = await linkConnection(server, requirement, 'ann');
    const subscription = await watch();
    const where = { id: connectionId };
    await server.deps.db.connection.update({ where, data: { status: 'expired' } });
    await server.deps.db.connection.delete({ where });
    await expectOnlyOwn(subscription, projectId);
  });

  test('for a use of a connection and its recorded time', async () => {
    const { id } = await createConnection(server);
    const subscription = await watch();
    await server.rest('POST', `/v1/connections/${id}/credentials`);
    const data = { lastUsedAt: new Date() };
    await server.deps.db.connection.update({ where: { id }, data });
    await expectOnlyOwn(subscription, server.home.projectId);
  });
});

describe('a subscription is refused', () => {
  test('without a credential, and with a bad one', async () => {
    for (const key of [null, 'nonsense']) {
      const subscription = await watch({ key });
      const [event] = await subscription.have(1);
      expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      expect(await subscription.ended).toEqual({ complete: true });
    }
  });

  test.each([
    ['another organization’s project', () => server.stranger.projectId],
    ['no project', () => 'x'],
  ])('for %s, which is not found', async (_, projectId) => {
    const subscription = await watch({ projectId: projectId() });
    const [event] = await subscription.have(1);
    expect(event?.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await subscription.ended).toEqual({ complete: true });
  });

  test('for an unknown connection', async () => {
    const [event] = await (await watch({ id: server.home.projectId })).have(1);
    expect(event?.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('over the cost limit', async () => {
    const nested =
      'project { connections(first: 100) { nodes { name references(first: 100) { nodes { id } } } } }';
    const document = `subscription($id: ID!) { connectionChanged(projectId: $id) { connection { ${nested} } } }`;
    const { errors } = await server.graphql(document, { id: server.home.projectId });
    expect(errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  });
});

test('a subscriber gets an event for a consent and for its end', async () => {
  const { id } = await createConnection(server, { type: google, config: {} });
  const subscription = await watch({ id });
  for (const status of ['active', 'active', 'expired'] as const) {
    await server.deps.db.connection.update({ where: { id }, data: { status } });
  }
  const events = await subscription.have(3);
  expect(events.at(-1)?.data?.connectionChanged.connection?.status).toBe('EXPIRED');
});
