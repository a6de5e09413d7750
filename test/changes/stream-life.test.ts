import { afterEach, expect, test } from 'vitest';
import { authenticate } from '../../src/core/access/authenticate.ts';
import { openStreams } from '../../src/core/changes/stream-slots.ts';
import { perform } from '../../src/core/operations/perform.ts';
import { watchConnections as watchProject } from '../../src/features/connections/connections.operations.ts';
import type { AppError } from '../../src/platform/errors.ts';
import { createConnection } from '../helpers/connections.ts';
import { send } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';
import {
  type ConnectionEvent,
  kindsOf,
  type Subscription,
  watchConnections,
} from '../helpers/subscription.ts';

const server = useServer({ env: { LIMIT_SUBSCRIPTIONS: '3', LIMIT_WAITING_CHANGES: '20' } });
const open: Subscription<ConnectionEvent>[] = [];
afterEach(async () => {
  for (const subscription of open.splice(0)) subscription.close();
  await expect.poll(() => openStreams(server.deps)).toBe(0);
});

async function watch(key = server.adminKey) {
  const subscription = await watchConnections(server.url, server.home, key);
  open.push(subscription);
  return subscription;
}

const revoke = (name: string) =>
  server.deps.db.accessKey.updateMany({ where: { name }, data: { revokedAt: new Date() } });

test('the streams of an expired key and of a revoked key end with the reason', async () => {
  const expiresAt = new Date(Date.now() + 3_000);
  const expiring = await watch(await server.createKey({ role: 'viewer', expiresAt }));
  const { id } = await createConnection(server);
  expect(kindsOf(await expiring.have(1))).toEqual([['CREATED', id]]);
  const revoked = await watch(await server.createKey({ name: 'revoked', role: 'viewer' }));
  await revoke('revoked');
  const [event] = await revoked.have(1, 8_000);
  expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(await revoked.ended).toEqual({ complete: true });
  await expiring.have(2, 10_000);
  expect(expiring.events[1]?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('a subscriber gets no event that happens after its key was revoked', async () => {
  const subscription = await watch(await server.createKey({ name: 'too late', role: 'viewer' }));
  await revoke('too late');
  await createConnection(server);
  await subscription.ended;
  expect(subscription.events.filter(({ data }) => data)).toEqual([]);
  expect(subscription.events[0]?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('the stream of a person ends with their role', async () => {
  const { userId, token } = await server.createPerson({ role: 'viewer' });
  const subscription = await watch(token);
  await createConnection(server);
  expect((await subscription.have(1))[0]?.data).toBeDefined();
  await server.deps.db.user.update({ where: { id: userId }, data: { role: null } });
  await createConnection(server);
  const events = await subscription.have(2, 8_000);
  expect(events[1]?.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  await subscription.ended;
  expect(events).toHaveLength(2);
});

test('a credential has a limit of open streams of its own, and gets one back for each that it closes', async () => {
  const other = await server.createKey({ role: 'viewer' });
  const [first] = await Promise.all([watch(), watch(), watch()]);
  const [refused] = await (await watch()).have(1);
  expect(refused?.errors?.[0]?.extensions.code).toBe('TOO_MANY_REQUESTS');
  await watch(other);
  first?.close();
  await expect
    .poll(async () => {
      const again = await watch();
      const isOpen = await again.have(1, 200).then(
        () => false,
        () => true,
      );
      again.close();
      return isOpen;
    })
    .toBe(true);
});

test('one stream too many is 429 for a JSON client', async () => {
  await Promise.all([watch(), watch(), watch()]);
  const query = `subscription { connectionChanged(projectId: "${server.home.projectId}") { connectionId } }`;
  const { status, errors } = await server.graphql(query);
  expect([status, errors[0]?.extensions.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
});

test('a client that does not read is closed when too much waits, and may reconnect', async () => {
  const viewer = await authenticate(server.deps, `Bearer ${server.adminKey}`);
  const context = {
    deps: server.deps,
    viewer,
    request: { id: 'idle', ip: null },
    app: null,
    lasting: { authenticate: async () => viewer, onGone: () => {} },
  };
  const idle = await perform(watchProject, context, server.home);
  const quick = await watch();
  for (let n = 0; n < 21; n += 1) await createConnection(server);
  await quick.have(21);
  const reason = await idle.next().catch((error: AppError) => error.kind);
  expect(reason).toBe('too_many_requests');
  expect(await idle.next()).toEqual({ done: true, value: undefined });
  await (await perform(watchProject, context, server.home)).return?.();
});

test('a client that leaves before its stream began leaves nothing open', async () => {
  for (const milliseconds of [0, 1, 2, 4, 8, 16, 32, 64]) {
    const query = `subscription { connectionChanged(projectId: "${server.home.projectId}") { connectionId } }`;
    const headers = {
      authorization: `Bearer ${server.adminKey}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    };
    const signal = AbortSignal.timeout(milliseconds);
    const body = JSON.stringify({ query });
    await fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal }).then(
      (response) => response.text().catch(() => {}),
      () => {},
    );
  }
  await expect.poll(() => openStreams(server.deps), { timeout: 5_000 }).toBe(0);
});

test('a client that accepts only JSON gets an error for a subscription', async () => {
  const body = JSON.stringify({
    query: `subscription { connectionChanged(projectId: "${server.home.projectId}") { connectionId } }`,
  });
  const headers = {
    authorization: `Bearer ${server.adminKey}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    accept: 'application/json',
  };
  const answer = await send(server.url, { method: 'POST', path: '/graphql', headers, body });
  expect(answer.status).toBe(406);
  expect(openStreams(server.deps)).toBe(0);
});

test('a client that accepts anything gets server-sent events', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.adminKey}`,
      'content-type': 'application/json',
      accept: '*/*',
    },
    body: JSON.stringify({
      query: `subscription { connectionChanged(projectId: "${server.home.projectId}") { connectionId } }`,
    }),
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  await response.body?.cancel();
});
