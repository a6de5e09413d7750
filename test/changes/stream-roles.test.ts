import { afterEach, beforeAll, expect, test } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { change } from '../helpers/people.ts';
import { useServer } from '../helpers/server.ts';
import { type StreamEvent, type Subscription, subscribe } from '../helpers/subscription.ts';

/* What a subscription selects is authorized again for every event. */

type Data = {
  connectionChanged: {
    connection: { project: { accessKeys: { nodes: { name: string }[] } | null } } | null;
  } | null;
};

const server = useServer();
const open: Subscription<Data>[] = [];
beforeAll(async () => {
  await server.createKey({ role: 'runtime', projectId: server.home.projectId, name: 'of project' });
});
afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close();
});

async function watch(key: string) {
  const query = `subscription($projectId: ID!) { connectionChanged(projectId: $projectId) {
    connection { project { accessKeys(first: 5) { nodes { name } } } } } }`;
  const { projectId } = server.home;
  const subscription = await subscribe<Data>(server.url, query, { key, variables: { projectId } });
  open.push(subscription);
  return subscription;
}

const keysIn = (event: StreamEvent<Data> | undefined) =>
  event?.data?.connectionChanged?.connection?.project.accessKeys?.nodes.map(({ name }) => name);

/** Makes a change, and returns its event, which is the `count`th. */
async function nextEvent(subscription: Subscription<Data>, count: number) {
  await createConnection(server);
  return (await subscription.have(count))[count - 1];
}

test('a user whose role is lowered no longer sees the fields for admins', async () => {
  const { token, userId } = await server.createPerson({ role: 'admin' });
  const subscription = await watch(token);
  expect(keysIn(await nextEvent(subscription, 1))).toContain('of project');
  await change(server, 'updateUser', { id: userId, role: 'VIEWER' });
  const second = await nextEvent(subscription, 2);
  expect(keysIn(second)).toBeUndefined();
  expect(second?.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  await change(server, 'updateUser', { id: userId, role: 'ADMIN' });
  expect(keysIn(await nextEvent(subscription, 3))).toContain('of project');
});

test('a user whose role in the project is lowered no longer sees the fields for admins', async () => {
  const { token, userId } = await server.createPerson({ role: 'admin' });
  const { projectId } = server.home;
  const subscription = await watch(token);
  expect(keysIn(await nextEvent(subscription, 1))).toContain('of project');
  await change(server, 'setProjectRole', { userId, projectId, role: 'VIEWER' });
  expect(keysIn(await nextEvent(subscription, 2))).toBeUndefined();
});

test.each([
  [
    'whose role is taken away',
    (id: string) => change(server, 'updateUser', { id, role: null }),
    'NOT_FOUND',
  ],
  ['who is deleted', (id: string) => change(server, 'deleteUser', { id }), 'UNAUTHENTICATED'],
])('the subscription of a user %s ends', async (_, lose, code) => {
  const { token, userId: id } = await server.createPerson({ role: 'admin' });
  const subscription = await watch(token);
  await nextEvent(subscription, 1);
  await lose(id);
  const event = await nextEvent(subscription, 2);
  expect([event?.data ?? null, event?.errors?.[0]?.extensions.code]).toEqual([null, code]);
  await subscription.ended;
});

test('the subscription of a revoked key ends', async () => {
  const key = await server.createKey({ role: 'admin', name: 'revoked' });
  const subscription = await watch(key);
  await nextEvent(subscription, 1);
  const data = { revokedAt: new Date() };
  await server.deps.db.accessKey.updateMany({ where: { name: 'revoked' }, data });
  const event = await nextEvent(subscription, 2);
  expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  await subscription.ended;
});
