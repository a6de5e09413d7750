import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { connectMany } from '../helpers/connect-many.ts';
import { createConnection, makeSystem } from '../helpers/connections.ts';
import { grantOf, leave } from '../helpers/grants.ts';
import { askResolve, resolve } from '../helpers/resolve.ts';
import { statementsOf } from '../helpers/statements.ts';
import { storeConnections } from '../helpers/store-connections.ts';
import { connect, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld('google');

/** Makes `count` connections, each with its own key; returns the references of a run to them. */
async function makeReferences(count: number) {
  const configs = Array.from({ length: count }, () => ({ api_key: canary('api-key') }));
  const ids = await storeConnections(world.server, configs);
  return ids.map((connectionId, at) => ({ connectionId, config: configs[at] ?? {} }));
}

const asked = (connections: readonly { connectionId: string }[]) =>
  connections.map(({ connectionId }) => ({ connectionId }));

test('resolveCredentials returns items in the order of the references, also for repeated ones', async () => {
  const made = await makeReferences(3);
  const wanted = [made[2], made[0], made[1], made[0]].filter((one) => one !== undefined);
  const items = await resolve(world.server, { references: asked(wanted) });
  expect(items).toEqual(
    wanted.map(({ connectionId, config }) => ({
      __typename: 'Credentials',
      connectionId,
      type: 'dynamiq.connections.OpenAI',
      config: { ...config, url: 'https://api.openai.com/v1' },
      expiresAt: null,
    })),
  );
});

test('a bad reference does not fail the others, and each item says what is wrong with it', async () => {
  const { server } = world;
  const [good] = await makeReferences(1);
  const system = await createConnection(server);
  await makeSystem(server, system.id);
  const damaged = await createConnection(server);
  const config = new Uint8Array(60);
  await server.deps.db.connectionSecret.update({
    where: { connectionId: damaged.id },
    data: { config },
  });
  const ids = [randomUUID(), 'x', '\u0000', system.id, await prepare(world), damaged.id];
  const references = asked(
    [...ids, good?.connectionId ?? ''].map((connectionId) => ({ connectionId })),
  );
  const items = await resolve(server, { references });
  expect(items.map(({ __typename }) => __typename)).toEqual([
    'NotFoundError',
    'NotFoundError',
    'NotFoundError',
    'ForbiddenError',
    'ConflictError',
    'ConflictError',
    'Credentials',
  ]);
  expect(items[4]?.message).toContain('nobody has given consent');
  expect(items[5]?.message).toMatch(/cannot be decrypted.*request_id [\w-]+/);
  const logged = JSON.stringify(server.logged());
  expect(logged).toContain('could not open credentials');
});

test('each reference is audited with its result', async () => {
  const { server } = world;
  const [good] = await makeReferences(1);
  const references = asked([good ?? { connectionId: '' }, { connectionId: randomUUID() }]);
  const { headers } = await askResolve(server, { references });
  const requestId = String(headers['x-request-id']);
  const events = await server.deps.db.auditEvent.findMany({ where: { requestId } });
  const told = events.map(({ action, connectionId, projectId, detail }) => ({
    action,
    connectionId,
    projectId,
    detail,
  }));
  expect(told).toHaveLength(2);
  expect(told).toContainEqual({
    action: 'credentials.resolve',
    connectionId: good?.connectionId,
    projectId: server.home.projectId,
    detail: null,
  });
  expect(told).toContainEqual({
    action: 'credentials.resolve.refused',
    connectionId: references[1]?.connectionId,
    projectId: null,
    detail: { reason: 'not_found' },
  });
});

test('100 references take 3 statements like one, and more are refused', async () => {
  const { server } = world;
  const references = asked(await makeReferences(100));
  for (const some of [references.slice(0, 1), references]) {
    const statements = await statementsOf(() => resolve(server, { references: some }));
    const counted = statements.filter((text) => !text.includes('SET last_used_at'));
    expect(counted.length, counted.join('\n\n')).toBe(3); // who calls, what is stored, the events
  }
  const { data } = await askResolve(server, {
    references: [...references, { connectionId: randomUUID() }],
  });
  expect(data?.answer.fields).toEqual([
    { path: 'references', message: 'cannot hold more than 100' },
  ]);
});

test('unknown and malformed requirements are not found and are audited', async () => {
  const { server } = world;
  const ids = [randomUUID(), 'x', '\u0000', 'x'.repeat(5_000)];
  const references = ids.map((requirementId) => ({ requirementId }));
  const user = { appId: randomUUID(), userId: 'ann' };
  const { data, headers } = await askResolve(server, { ...user, references });
  expect(data?.answer.items?.map(({ __typename }) => __typename)).toEqual(
    ids.map(() => 'NotFoundError'),
  );
  const requestId = String(headers['x-request-id']);
  const events = await server.deps.db.auditEvent.findMany({ where: { requestId } });
  expect(events).toHaveLength(4);
  expect(events).toContainEqual(
    expect.objectContaining({
      action: 'credentials.resolve.refused',
      detail: { requirement: ids[0], user: expect.any(String), reason: 'not_found' },
    }),
  );
});

test('no references return no items', async () => {
  expect(await resolve(world.server, { references: [] })).toEqual([]);
});

describe('a reference', () => {
  test.each([
    ['to nothing', {}],
    ['to two things', { connectionId: randomUUID(), requirementId: randomUUID() }],
    ['to null', { connectionId: null }],
    ['to anything else', { name: 'x' }],
  ])('%s is refused', async (_what, reference) => {
    const { status, errors } = await askResolve(world.server, { references: [reference] });
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('to a requirement needs an app and a user', async () => {
    const references = [{ requirementId: randomUUID() }];
    const { data } = await askResolve(world.server, { references });
    const message = 'cannot be blank if the references name requirements';
    expect(data?.answer.fields).toEqual([
      { path: 'appId', message },
      { path: 'userId', message },
    ]);
  });
});

test('tokens are refreshed concurrently, each once', async () => {
  const ids = await connectMany(world, 5);
  for (const id of ids) await leave(world, id, 10);
  world.provider.set({ delay: { ms: 400, when: 'before', on: 'refresh_token' } });
  const references = asked([...ids, ...ids].map((connectionId) => ({ connectionId })));
  const start = performance.now();
  const items = await resolve(world.server, { references });
  expect(performance.now() - start).toBeLessThan(1_600);
  expect(world.provider.counts.refreshes).toBe(5);
  const tokens = items.map(({ config }) => String(config?.access_token));
  expect(tokens.slice(0, 5)).toEqual(tokens.slice(5));
  expect(new Set(tokens).size).toBe(5);
  for (const token of tokens) expect(world.provider.findAccount(token)).toBe('A');
  for (const id of ids) expect((await grantOf(world, id)).tokenVersion).toBe(2);
});

test('a token that cannot be refreshed fails only its own item', async () => {
  const [ended, other] = [await connect(world), await connect(world)];
  await leave(world, ended, -1);
  world.provider.set({ failure: { kind: 'status', status: 503, on: 'refresh_token' } });
  const references = asked([{ connectionId: ended }, { connectionId: other }]);
  const items = await resolve(world.server, { references });
  expect(items.map(({ __typename }) => __typename)).toEqual(['UpstreamError', 'Credentials']);
});
