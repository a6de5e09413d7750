import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createChangeReader } from '../../src/changes/change.ts';
import { linkConnection, seedApp, seedEndUser, seedRequirement } from '../helpers/apps.ts';
import { seedProject } from '../helpers/seed.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';
import { type Subscription, subscribe } from '../helpers/subscription.ts';

let server: TestServer;
type Event = { requirementStatusChanged: { id: string; title: string } };
const open: Subscription<Event>[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close();
});
afterAll(() => server.close());

async function watch(variables: object, key = server.adminKey) {
  const query = `subscription($appId: ID, $userId: String) {
    requirementStatusChanged(appId: $appId, userId: $userId) { id title } }`;
  const subscription = await subscribe<Event>(server.url, query, {
    key,
    variables: { ...variables },
  });
  open.push(subscription);
  return subscription;
}

const idsOf = ({ events }: Subscription<Event>) =>
  events.map(
    ({ data, errors }) => data?.requirementStatusChanged.id ?? errors?.[0]?.extensions.code,
  );

async function seedAsked() {
  const app = await seedApp(server.deps.db, server.home.projectId);
  return { app, requirement: await seedRequirement(server.deps.db, app.id) };
}

describe('a key is told of a user of an app', () => {
  test('who brings something, though they were not known before, and of its end', async () => {
    const { app, requirement } = await seedAsked();
    const subscription = await watch({ appId: app.id, userId: ' ann ' });
    const { connectionId, endUserId } = await linkConnection(server, requirement, 'ann');
    await subscription.have(1);
    const { db } = server.deps;
    await db.connection.update({ where: { id: connectionId }, data: { status: 'expired' } });
    await subscription.have(2);
    await db.endUser.delete({ where: { id: endUserId } });
    await subscription.have(3);
    expect(idsOf(subscription)).toEqual([requirement.id, requirement.id, requirement.id]);
  });

  test('and not of another user, or another app', async () => {
    const [{ app, requirement }, other] = [await seedAsked(), await seedAsked()];
    const subscription = await watch({ appId: app.id, userId: 'ann' });
    await linkConnection(server, requirement, 'ben');
    await linkConnection(server, other.requirement, 'ann');
    const second = await seedRequirement(server.deps.db, app.id);
    await linkConnection(server, second, 'ann');
    await subscription.have(1);
    expect(idsOf(subscription)).toEqual([second.id]);
  });
});

test('an app out of reach is not found, a missing user or app is named', async () => {
  const { app } = await seedAsked();
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const stranger = await server.createKey({ projectId });
  for (const [variables, key, code] of [
    [{ appId: app.id, userId: 'ann' }, stranger, 'NOT_FOUND'],
    [{ appId: randomUUID(), userId: 'ann' }, undefined, 'NOT_FOUND'],
    [{ appId: app.id }, undefined, 'BAD_USER_INPUT'],
    [{ userId: 'ann' }, undefined, 'BAD_USER_INPUT'],
  ] as const) {
    const subscription = await watch(variables, key);
    await subscription.have(1);
    expect(idsOf(subscription)).toEqual([code]);
  }
});

test('a link is written down without a word of who it is of, and in its own transaction', async () => {
  const { app, requirement } = await seedAsked();
  const { id: endUserId } = await seedEndUser(server.deps.db, app.id, 'carol');
  const read = createChangeReader(server.deps.sql);
  await read([server.home.projectId]);
  const data = { endUserId, requirementId: requirement.id, jti: randomUUID() };
  const failing = server.deps.db.$transaction(async (tx) => {
    await tx.endUserLink.create({ data: { id: randomUUID(), ...data } });
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  await server.deps.db.endUserLink.create({ data: { id: randomUUID(), ...data } });
  const reading = await read([server.home.projectId]);
  expect(reading).toMatchObject({
    kind: 'changes',
    changes: [{ appId: app.id, requirementId: requirement.id, endUserId, connectionId: null }],
  });
  expect(JSON.stringify(reading)).not.toContain('carol');
});
