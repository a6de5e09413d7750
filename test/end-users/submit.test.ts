import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { createConnection, google, openAi, postgreSql } from '../helpers/connections.ts';
import {
  disconnect,
  type EndUser,
  linkOf,
  makeApp,
  makeRequirement,
  openEndUser,
  statusOf,
  submit,
} from '../helpers/end-users.ts';
import { resolve } from '../helpers/resolve.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let appId: string;
let requirementId: string;
beforeAll(async () => {
  appId = await makeApp(server);
  requirementId = await makeRequirement(server, appId);
});

const newKey = () => ({ api_key: canary('api-key') });

/** Resolves the user's credentials as a runtime does. */
async function resolved({ viewer }: EndUser, requirement = requirementId, key?: string) {
  const { userId } = viewer;
  const references = [{ requirementId: requirement }];
  const [item] = await resolve(server, { appId: viewer.appId, userId, references }, key);
  return item;
}

describe('a submitted credential', () => {
  test('completes the requirement, and a runtime resolves it', async () => {
    const user = await openEndUser(server, appId);
    expect(await statusOf(user, requirementId)).toBe('pending');
    expect(await resolved(user)).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('Your key'),
    });
    const config = newKey();
    expect(await submit(user, requirementId, config)).toMatchObject({ status: 201 });
    expect(await statusOf(user, requirementId)).toBe('completed');
    expect(await resolved(user)).toMatchObject({
      type: openAi,
      config: { ...config, url: 'https://api.openai.com/v1' },
    });
  });

  test('replaces the earlier one, which is deleted with its secrets', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    const before = await linkOf(user, requirementId);
    const config = newKey();
    await submit(user, requirementId, config);
    expect(await resolved(user)).toMatchObject({ config });
    const connectionId = before?.connectionId ?? '';
    const { db } = server.deps;
    expect(await db.connection.count({ where: { id: connectionId } })).toBe(0);
    expect(await db.connectionSecret.count({ where: { connectionId } })).toBe(0);
    expect(await db.connection.count({ where: { endUserId: user.viewer.endUserId } })).toBe(1);
  });

  test('is in no list of the project, and no call for connections reaches it', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    const link = await linkOf(user, requirementId);
    const id = link?.connectionId ?? '';
    const { projectId } = server.home;
    const listed = await server.rest(
      'GET',
      `/v1/connections?project_id=${projectId}&page_size=100`,
    );
    expect(listed.text).not.toContain(id);
    const attempts: [string, string, object?][] = [
      ['GET', ''],
      ['PUT', '', { type: openAi, config: newKey() }],
      ['DELETE', ''],
      ['POST', '/credentials'],
      ['POST', '/oauth2/authorize'],
    ];
    for (const [method, suffix, body] of attempts) {
      const { status } = await server.rest(method, `/v1/connections/${id}${suffix}`, { body });
      expect([method, suffix, status]).toEqual([method, suffix, 404]);
    }
    const [item] = await resolve(server, { references: [{ connectionId: id }] });
    expect(item?.__typename).toBe('NotFoundError');
    expect(await resolved(user)).toMatchObject({ connectionId: id });
  });

  test('may have the name of a connection of the project or of another user’s credential', async () => {
    await createConnection(server, { name: 'Your key' });
    for (const user of [await openEndUser(server, appId), await openEndUser(server, appId)]) {
      expect(await submit(user, requirementId, newKey())).toMatchObject({ status: 201 });
    }
  });

  test('is audited with the token and without the user’s name', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    await disconnect(user, requirementId);
    const actor = `connect_token:${user.viewer.id}`;
    const events = await server.deps.db.auditEvent.findMany({ where: { actor } });
    expect(events.map(({ action }) => action).sort()).toEqual(['link.create', 'link.delete']);
    expect(events[0]).toMatchObject({
      projectId: server.home.projectId,
      connectionId: expect.any(String),
      detail: { requirement: requirementId, user: expect.stringMatching(/^[\w-]{43}$/) },
    });
    expect(JSON.stringify(events)).not.toContain(user.viewer.userId);
  });

  test('is stored once with its link when it is submitted ten times at once', async () => {
    const user = await openEndUser(server, appId);
    const ended = await Promise.all(
      Array.from({ length: 10 }, () => submit(user, requirementId, newKey())),
    );
    expect(ended.map(({ status }) => status)).toEqual(new Array(10).fill(201));
    const where = { endUserId: user.viewer.endUserId };
    expect(await server.deps.db.connection.count({ where })).toBe(1);
    expect(await resolved(user)).toMatchObject({ __typename: 'Credentials' });
  });
});

describe('is refused:', () => {
  test.each([
    ['another type', postgreSql, {}, { path: 'type', message: `must be ${openAi}, as the` }],
    ['an unknown type', 'x', {}, { path: 'type', message: `must be ${openAi}` }],
    ['a config that is not good', openAi, {}, { path: 'config.api_key', message: 'cannot be' }],
  ])('%s', async (_what, type, config, { path, message }) => {
    const user = await openEndUser(server, appId);
    const details = { [path]: expect.stringContaining(message) };
    expect(await submit(user, requirementId, config, type)).toMatchObject({ status: 400, details });
    expect(await statusOf(user, requirementId)).toBe('pending');
  });

  test.each([
    ['an OAuth type', 'connection', { type: google }, google],
    ['a Pipedream account', 'pipedream_account', { app_slug: 'gmail' }, 'pipedream_account'],
  ] as const)(
    'credentials for %s, with a pointer to authorize',
    async (_what, kind, spec, type) => {
      const oauth = await makeRequirement(server, appId, { kind, spec });
      const user = await openEndUser(server, appId);
      const answer = await submit(user, oauth, { access_token: 'theirs' }, type);
      const details = { type: expect.stringContaining('authorize it instead') };
      expect(answer).toMatchObject({ status: 400, details });
    },
  );

  test('a requirement of another app, an unknown and a malformed one, with the same error', async () => {
    const other = await makeRequirement(server, await makeApp(server));
    const user = await openEndUser(server, appId);
    const text = '{"error":{"code":"not_found","message":"Not Found"}}';
    for (const id of [other, randomUUID(), 'x', '\u0000']) {
      expect(await submit(user, id, newKey())).toEqual({ status: 404, text });
      expect(await disconnect(user, id)).toEqual({ status: 404, text });
    }
  });
});

describe('disconnecting', () => {
  test('removes the link with its sealed values, and then finds nothing', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    expect(await disconnect(user, requirementId)).toMatchObject({ status: 200 });
    expect(await statusOf(user, requirementId)).toBe('pending');
    expect(await linkOf(user, requirementId)).toBeNull();
    const where = { endUserId: user.viewer.endUserId };
    expect(await server.deps.db.connection.count({ where })).toBe(0);
    expect(await disconnect(user, requirementId)).toMatchObject({ status: 404 });
  });

  test('and submitting at once end in one of the two states', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    for (let round = 0; round < 5; round += 1) {
      const calls = [disconnect(user, requirementId), submit(user, requirementId, newKey())];
      for (const { status } of await Promise.all(calls)) expect([200, 201, 404]).toContain(status);
      const where = { endUserId: user.viewer.endUserId };
      const connections = await server.deps.db.connection.count({ where });
      const links = await server.deps.db.endUserLink.count({ where });
      expect(connections).toBe(links);
    }
  });
});

describe('a user', () => {
  test('with the same name in another app or project gets no credential', async () => {
    const user = await openEndUser(server, appId);
    await submit(user, requirementId, newKey());
    const { userId } = user.viewer;
    const otherApp = await makeApp(server);
    const references = [{ requirementId }];
    const ask = async (asked: { appId: string; userId: string }, key?: string) =>
      (await resolve(server, { ...asked, references }, key))[0]?.__typename;
    expect(await ask({ appId, userId })).toBe('Credentials');
    expect(await ask({ appId, userId: userId.toUpperCase() })).toBe('ConflictError');
    expect(await ask({ appId, userId: randomUUID() })).toBe('ConflictError');
    expect(await ask({ appId: otherApp, userId })).toBe('NotFoundError');
    expect(await ask({ appId: randomUUID(), userId })).toBe('NotFoundError');
    expect(await ask({ appId: 'x', userId })).toBe('NotFoundError');
    expect(await ask({ appId, userId }, server.stranger.key)).toBe('NotFoundError');
  });

  test('cannot read or change another user’s credential', async () => {
    const [alice, bob] = [await openEndUser(server, appId), await openEndUser(server, appId)];
    await submit(bob, requirementId, newKey());
    const before = await linkOf(bob, requirementId);
    expect(await statusOf(alice, requirementId)).toBe('pending');
    expect(await disconnect(alice, requirementId)).toMatchObject({ status: 404 });
    await submit(alice, requirementId, newKey());
    await disconnect(alice, requirementId);
    expect(await linkOf(bob, requirementId)).toEqual(before);
    expect(await disconnect(alice, bob.viewer.endUserId)).toMatchObject({ status: 404 });
    expect(await disconnect(alice, before?.id ?? '')).toMatchObject({ status: 404 });
    expect(await disconnect(alice, before?.connectionId ?? '')).toMatchObject({ status: 404 });
  });
});

describe('a token made without a key', () => {
  let open: string;
  let requirement: string;
  beforeAll(async () => {
    open = await makeApp(server, { visibility: 'public' });
    requirement = await makeRequirement(server, open);
  });

  test('does not replace or remove the link of another token', async () => {
    for (const via of ['key', 'anonymous'] as const) {
      const user = await openEndUser(server, open, undefined, via);
      await submit(user, requirement, newKey());
      const before = await linkOf(user, requirement);
      const stranger = await openEndUser(server, open, user.viewer.userId, 'anonymous');
      expect(await submit(stranger, requirement, newKey())).toMatchObject({ status: 409 });
      expect(await disconnect(stranger, requirement)).toMatchObject({ status: 409 });
      expect(await linkOf(user, requirement)).toEqual(before);
    }
  });

  test('fills a pending or expired requirement, and replaces and removes its own link', async () => {
    const userId = randomUUID();
    const first = await openEndUser(server, open, userId, 'anonymous');
    for (let time = 0; time < 2; time += 1) {
      expect(await submit(first, requirement, newKey())).toMatchObject({ status: 201 });
    }
    const link = await linkOf(first, requirement);
    const where = { id: link?.connectionId ?? '' };
    await server.deps.db.connection.update({ where, data: { status: 'expired' } });
    const second = await openEndUser(server, open, userId, 'anonymous');
    expect(await disconnect(second, requirement)).toMatchObject({ status: 409 });
    expect(await submit(second, requirement, newKey())).toMatchObject({ status: 201 });
    expect(await submit(first, requirement, newKey())).toMatchObject({ status: 409 });
    expect(await disconnect(second, requirement)).toMatchObject({ status: 200 });
  });

  test('loses its link to a token that was made with a key', async () => {
    const userId = randomUUID();
    const anybody = await openEndUser(server, open, userId, 'anonymous');
    await submit(anybody, requirement, newKey());
    const user = await openEndUser(server, open, userId);
    expect(await submit(user, requirement, newKey())).toMatchObject({ status: 201 });
    expect(await submit(anybody, requirement, newKey())).toMatchObject({ status: 409 });
    expect(await disconnect(user, requirement)).toMatchObject({ status: 200 });
  });
});
