import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { createChangeReader } from '../../src/core/changes/change.ts';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { openAi } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { type Subscription, subscribe, watchConnections } from '../helpers/subscription.ts';

const server = useServer();
type Event = { requirementStatusChanged: { id: string; title: string } };
const open: Subscription<Event>[] = [];
afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close();
});

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

describe('a key gets an event for a user of an app', () => {
  test('when a new user links an account, and when the link ends', async () => {
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

  test('and not for another user or another app', async () => {
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

test('and an error for an app out of reach or a missing user or app', async () => {
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

test('a change of a link is recorded without its user and in its own transaction', async () => {
  const { app, requirement } = await seedAsked();
  const { endUserId, connectionId } = await linkConnection(server, requirement, 'carol');
  const read = createChangeReader(server.deps.sql);
  await read([server.home.projectId]);
  const where = { connectionId };
  const failing = server.deps.db.$transaction(async (tx) => {
    await tx.endUserLink.delete({ where });
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  await server.deps.db.endUserLink.delete({ where });
  const reading = await read([server.home.projectId]);
  expect(reading).toMatchObject({
    kind: 'changes',
    changes: [{ appId: app.id, requirementId: requirement.id, endUserId, connectionId: null }],
  });
  expect(JSON.stringify(reading)).not.toContain('carol');
});

describe('a connect token gets an event for its own user', () => {
  type Own = { requirementStatusChanged: { id: string; status: string } };
  const query = 'subscription { requirementStatusChanged { id status } }';
  const submit = `mutation($input: SubmitRequirementCredentialsInput!) {
    submitRequirementCredentials(input: $input) { __typename } }`;
  const disconnect = `mutation($id: ID!) {
    disconnectRequirement(input: { requirementId: $id }) { __typename } }`;

  test('within a second, and for no other user', async () => {
    const { app, requirement } = await seedAsked();
    const [ann, ben] = [await mintToken(server, app, 'ann'), await mintToken(server, app, 'ben')];
    const own = await subscribe<Own>(server.url, query, { key: ann });
    const others = await subscribe<Own>(server.url, query, { key: ben });
    const input = { requirementId: requirement.id, type: openAi, config: { api_key: canary() } };
    await server.graphql(submit, { input }, ann);
    const [completed] = await own.have(1, 1_000);
    expect(completed?.data).toEqual({
      requirementStatusChanged: { id: requirement.id, status: 'COMPLETED' },
    });
    await server.graphql(disconnect, { id: requirement.id }, ann);
    const [, pending] = await own.have(2, 1_000);
    expect(pending?.data?.requirementStatusChanged.status).toBe('PENDING');
    expect(others.events).toEqual([]);
    for (const subscription of [own, others]) subscription.close();
  });

  test('until its tokens are revoked', async () => {
    const { app } = await seedAsked();
    const own = await subscribe<Own>(server.url, query, {
      key: await mintToken(server, app, 'ann'),
    });
    const revoke = `mutation($id: ID!) {
      revokeConnectTokens(input: { appId: $id, userId: "ann" }) { __typename } }`;
    await server.graphql(revoke, { id: app.id });
    const [event] = await own.have(1, 8_000);
    expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('and cannot watch connections', async () => {
    const { app } = await seedAsked();
    const key = await mintToken(server, app, 'ann');
    const [event] = await (await watchConnections(server.url, server.home, key)).have(1);
    expect(event?.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
