import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { forgetPending } from '../../src/features/connect-tokens/forget.ts';
import { canary } from '../helpers/canary.ts';
import { anyOAuth, google } from '../helpers/connections.ts';
import {
  begin,
  call,
  deleteEndUser,
  disconnect,
  type EndUser,
  linkOf,
  makeApp,
  makeRequirement,
  openEndUser,
  statusOf,
  submit,
  tryToBegin,
} from '../helpers/end-users.ts';
import { resolve } from '../helpers/resolve.ts';
import { open, useWorld, visit } from '../helpers/world.ts';

const world = useWorld('google');
let appId: string;
let requirementId: string;
beforeAll(async () => {
  appId = await makeApp(world.server, { name: 'Travel <b>desk</b>' });
  const spec = { type: google, scopes: ['calendar.read'] };
  requirementId = await makeRequirement(world.server, appId, { spec, title: 'Your calendar' });
});

/** Consents; returns the page that the browser ends on. */
async function consent(user: EndUser, requirement = requirementId) {
  return open(world, await visit(world, await begin(user, requirement)));
}

/** The token that a runtime gets, or the error. */
async function tokenOf({ viewer }: EndUser, requirement = requirementId): Promise<string> {
  const { userId } = viewer;
  const references = [{ requirementId: requirement }];
  const [item] = await resolve(world.server, { appId: viewer.appId, userId, references });
  return String(item?.config?.access_token ?? item?.message);
}

const accountOf = async (user: EndUser) => world.provider.findAccount(await tokenOf(user));

function undo(text: string) {
  const [, handle = ''] = /name="handle" value="([^"]+)"/.exec(text) ?? [];
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ handle }).toString();
  return world.server.send({ method: 'POST', path: '/v1/oauth2/undo', headers, body });
}

const countConnections = ({ viewer }: EndUser) =>
  world.server.deps.db.connection.count({ where: { endUserId: viewer.endUserId } });

test('a consent completes the requirement, and asks for its scopes', async () => {
  const user = await openEndUser(world.server, appId);
  const url = await begin(user, requirementId);
  expect(new URL(url).searchParams.get('scope')).toBe('calendar.read');
  expect(await statusOf(user, requirementId)).toBe('pending');
  expect(await tokenOf(user)).toContain('Your calendar');
  expect((await open(world, await visit(world, url))).status).toBe(200);
  expect(await statusOf(user, requirementId)).toBe('completed');
  expect(await accountOf(user)).toBe('A');
});

test('the page of a consent names connection, app and user, and its undo button removes everything', async () => {
  const user = await openEndUser(world.server, appId, '<i>anna</i>');
  const { status, text } = await consent(user);
  expect(status).toBe(200);
  expect(text).toContain('Your calendar');
  expect(text).toContain('Travel &lt;b&gt;desk');
  expect(text).toContain('&lt;i&gt;anna');
  const token = await tokenOf(user);
  expect((await undo(text)).status).toBe(200);
  expect(await linkOf(user, requirementId)).toBeNull();
  expect(await countConnections(user)).toBe(0);
  await expect.poll(() => world.provider.findAccount(token)).toBeUndefined();
  expect((await undo(text)).status).toBe(400);
});

test('a new consent by any account replaces the old link at once and revokes no token', async () => {
  const user = await openEndUser(world.server, appId);
  await consent(user);
  const before = await tokenOf(user);
  world.provider.set({ consent: 'B' });
  const back = await visit(world, await begin(user, requirementId));
  expect(await tokenOf(user)).toBe(before);
  expect(await statusOf(user, requirementId)).toBe('completed');
  expect((await open(world, back)).status).toBe(200);
  expect(await accountOf(user)).toBe('B');
  expect(await countConnections(user)).toBe(1);
  expect(world.provider.findAccount(before)).toBe('A');
  expect(world.provider.counts.revoked).toBe(0);
});

test.each([
  ['is denied', { consent: 'deny' }],
  ['lacks a scope', { withheldScopes: ['calendar.read'] }],
  ['brings no token', { failure: { kind: 'error', error: 'invalid_grant' } }],
] as const)('a consent that %s keeps the link', async (_what, switches) => {
  const user = await openEndUser(world.server, appId);
  expect((await consent(user)).status).toBe(200);
  const before = await linkOf(user, requirementId);
  world.provider.set(switches as Parameters<typeof world.provider.set>[0]);
  const { status, text } = await consent(user);
  expect([status, text]).toEqual([400, expect.stringContaining('Your calendar')]);
  expect(await linkOf(user, requirementId)).toEqual(before);
  expect(await statusOf(user, requirementId)).toBe('completed');
  const nobody = await openEndUser(world.server, appId);
  expect((await consent(nobody)).status).toBe(400);
  expect(await statusOf(nobody, requirementId)).toBe('pending');
});

test('the status names a missing scope', async () => {
  world.provider.set({ withheldScopes: ['calendar.read'] });
  const { text } = await consent(await openEndUser(world.server, appId));
  expect(text).toContain('calendar.read is missing');
});

test('a requirement is pending again when its grant ends, and a new consent completes it', async () => {
  const user = await openEndUser(world.server, appId);
  await consent(user);
  const link = await linkOf(user, requirementId);
  await world.server.database.sql(
    'test-end-grant',
    `UPDATE oauth_grant SET access_token_expires_at = now() WHERE connection_id = $1::uuid`,
    [link?.connectionId],
  );
  world.provider.set({ failure: { kind: 'error', error: 'invalid_grant', on: 'refresh_token' } });
  expect(await tokenOf(user)).toContain('has expired');
  expect(await statusOf(user, requirementId)).toBe('pending');
  world.provider.set({ failure: null });
  expect((await consent(user)).status).toBe(200);
  expect(await statusOf(user, requirementId)).toBe('completed');
});

test('tokens of many users are refreshed with one call each', async () => {
  const user = await openEndUser(world.server, appId);
  await consent(user);
  const before = await tokenOf(user);
  await world.server.database.sql(
    'test-age-grant',
    `UPDATE oauth_grant SET access_token_expires_at = now() + interval '5 seconds'`,
    [],
  );
  const after = await tokenOf(user);
  expect(after).not.toBe(before);
  expect(world.provider.findAccount(after)).toBe('A');
});

test('disconnecting revokes at the provider', async () => {
  const user = await openEndUser(world.server, appId);
  await consent(user);
  const token = await tokenOf(user);
  expect(await disconnect(user, requirementId)).toMatchObject({ status: 200 });
  await expect.poll(() => world.provider.findAccount(token)).toBeUndefined();
});

describe('each user and requirement has one waiting connection', () => {
  test('after any number of begun consents, each of which completes it', async () => {
    const user = await openEndUser(world.server, appId);
    const urls = await Promise.all([1, 2, 3].map(() => begin(user, requirementId)));
    expect(await countConnections(user)).toBe(1);
    const [first = ''] = urls;
    expect((await open(world, await visit(world, first))).status).toBe(200);
    expect(await statusOf(user, requirementId)).toBe('completed');
    const [, second = ''] = urls;
    expect((await open(world, await visit(world, second))).status).toBe(200);
    expect(await countConnections(user)).toBe(1);
  });

  test('which is deleted an hour after the last begin', async () => {
    const { deps, database } = world.server;
    const user = await openEndUser(world.server, appId);
    await begin(user, requirementId);
    const age = (minutes: number) =>
      database.sql(
        'test-age-pending',
        `UPDATE connection SET updated_at = now() - make_interval(mins => $2::int)
         WHERE end_user_id = $1::uuid`,
        [user.viewer.endUserId, minutes],
      );
    await age(61);
    await begin(user, requirementId);
    await forgetPending(deps);
    expect(await countConnections(user)).toBe(1);
    await age(59);
    await forgetPending(deps);
    expect(await countConnections(user)).toBe(1);
    await age(61);
    await forgetPending(deps);
    expect(await countConnections(user)).toBe(0);
  });

  test('which stays when it has had its consent', async () => {
    const { deps, database } = world.server;
    const user = await openEndUser(world.server, appId);
    await consent(user);
    await database.sql(
      'test-age-linked',
      `UPDATE connection SET updated_at = now() - interval '2 hours' WHERE end_user_id = $1::uuid`,
      [user.viewer.endUserId],
    );
    await forgetPending(deps);
    expect(await statusOf(user, requirementId)).toBe('completed');
  });
});

describe('beginning a consent is refused', () => {
  test('for a requirement that takes credentials', async () => {
    const key = await makeRequirement(world.server, appId);
    const user = await openEndUser(world.server, appId);
    expect(await tryToBegin(user, key)).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ path: 'requirementId', message: expect.stringContaining('submit') }],
    });
  });

  test('without a client, and for a type without endpoints', async () => {
    const user = await openEndUser(world.server, appId);
    const dropbox = { type: 'dynamiq.connections.DropboxOAuth2' };
    for (const spec of [dropbox, { type: anyOAuth }]) {
      const id = await makeRequirement(world.server, appId, { spec });
      expect(await tryToBegin(user, id)).toMatchObject({ __typename: 'InvalidInputError' });
    }
    expect(await countConnections(user)).toBe(0);
  });

  test('for a redirect URL that neither the project nor the app lists', async () => {
    const returnUrl = 'https://travel.example/done';
    const id = await makeApp(world.server, { returnUrl });
    const requirement = await makeRequirement(world.server, id, { spec: { type: google } });
    const user = await openEndUser(world.server, id);
    expect(await tryToBegin(user, requirement, 'https://travel.example/')).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ path: 'redirectUrl', message: expect.stringContaining('must be exactly one of') }],
    });
    const url = await begin(user, requirement, returnUrl);
    const { status, headers } = await open(world, await visit(world, url));
    expect([status, headers.location]).toEqual([303, `${returnUrl}?status=success`]);
  });

  test('for a requirement of another app', async () => {
    const user = await openEndUser(world.server, await makeApp(world.server));
    for (const id of [requirementId, randomUUID(), 'x']) {
      expect(await tryToBegin(user, id)).toMatchObject({ __typename: 'NotFoundError' });
    }
  });
});

describe('a begun consent is refused', () => {
  const expectEnded = async (user: EndUser, back: string) => {
    const { exchanges } = world.provider.counts;
    const { status, text } = await open(world, back);
    expect(status).toBe(400);
    expect(text).not.toContain('This was not me');
    expect(world.provider.counts.exchanges).toBe(exchanges);
    expect(await linkOf(user, requirementId)).toBeNull();
  };

  const revoke = (input: { jti?: string; userId?: string }) =>
    world.server.graphql(
      `mutation($input: RevokeConnectTokensInput!) { revokeConnectTokens(input: $input) {
        ... on RevokedConnectTokens { count } } }`,
      { input: { appId, ...input } },
    );

  test('after its token or all tokens of its user were revoked', async () => {
    for (const what of ['jti', 'userId'] as const) {
      const user = await openEndUser(world.server, appId);
      const back = await visit(world, await begin(user, requirementId));
      const { id: jti, userId } = user.viewer;
      const { data } = await revoke(what === 'jti' ? { jti } : { userId });
      expect(data).toEqual({ revokeConnectTokens: { count: 1 } });
      await expectEnded(user, back);
    }
  });

  test('after its token has ended', async () => {
    const user = await openEndUser(world.server, appId);
    const back = await visit(world, await begin(user, requirementId));
    const where = { initiator: `connect_token:${user.viewer.id}` };
    const data = { tokenExpiresAt: new Date(Date.now() - 1_000) };
    await world.server.deps.db.authorizationAttempt.updateMany({ where, data });
    await expectEnded(user, back);
  });

  test('after a public app became private, when its token was made without a key', async () => {
    const id = await makeApp(world.server, { visibility: 'public' });
    const requirement = await makeRequirement(world.server, id, { spec: { type: google } });
    const anybody = await openEndUser(world.server, id, undefined, 'anonymous');
    const known = await openEndUser(world.server, id);
    const back = await visit(world, await begin(anybody, requirement));
    const other = await visit(world, await begin(known, requirement));
    const data = { visibility: 'private' } as const;
    await world.server.deps.db.app.update({ where: { id }, data });
    expect((await open(world, back)).status).toBe(400);
    expect(await linkOf(anybody, requirement)).toBeNull();
    expect((await open(world, other)).status).toBe(200);
  });

  test('after its app, its requirement or its user was deleted', async () => {
    const { server } = world;
    const { db } = server.deps;
    const deletions = [
      (_user: EndUser, id: string) => db.app.delete({ where: { id } }),
      (_user: EndUser, _id: string, requirement: string) =>
        db.requirement.delete({ where: { id: requirement } }),
      ({ viewer }: EndUser, id: string) => deleteEndUser(server, id, viewer.userId),
    ];
    for (const deletion of deletions) {
      const id = await makeApp(server);
      const requirement = await makeRequirement(server, id, { spec: { type: google } });
      const user = await openEndUser(server, id);
      const back = await visit(world, await begin(user, requirement));
      await deletion(user, id, requirement);
      expect((await open(world, back)).status).toBe(400);
      expect(await countConnections(user)).toBe(0);
    }
  });
});

describe('a token of a public app without a key', () => {
  let id: string;
  let requirement: string;
  beforeAll(async () => {
    id = await makeApp(world.server, { visibility: 'public' });
    requirement = await makeRequirement(world.server, id, { spec: { type: google } });
  });

  test('cannot begin a consent for a requirement that another token linked', async () => {
    const user = await openEndUser(world.server, id, undefined, 'anonymous');
    expect((await consent(user, requirement)).status).toBe(200);
    const stranger = await openEndUser(world.server, id, user.viewer.userId, 'anonymous');
    expect((await tryToBegin(stranger, requirement)).__typename).toBe('ConflictError');
    expect((await tryToBegin(user, requirement)).__typename).toBe('Authorization');
  });

  test('cannot complete a consent that began before another token linked the requirement', async () => {
    const user = await openEndUser(world.server, id, undefined, 'anonymous');
    const stranger = await openEndUser(world.server, id, user.viewer.userId, 'anonymous');
    world.provider.set({ consent: 'B' });
    const theirs = await visit(world, await begin(stranger, requirement));
    world.provider.set({ consent: 'A' });
    expect((await consent(user, requirement)).status).toBe(200);
    const before = await linkOf(user, requirement);
    expect((await open(world, theirs)).status).toBe(400);
    expect(await linkOf(user, requirement)).toEqual(before);
    expect(world.provider.findAccount(await tokenOf(user, requirement))).toBe('A');
  });

  test('keeps a requirement that it completed first when several complete it at once', async () => {
    const userId = randomUUID();
    const backs = [];
    for (let index = 0; index < 4; index += 1) {
      const anybody = await openEndUser(world.server, id, userId, 'anonymous');
      backs.push(await visit(world, await begin(anybody, requirement)));
    }
    const pages = await Promise.all(backs.map((back) => open(world, back)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });
});

test('deleting a user removes all their data and revokes at the provider', async () => {
  const { server } = world;
  const { db } = server.deps;
  const id = await makeApp(server);
  const requirements = [
    await makeRequirement(server, id, { spec: { type: google } }),
    await makeRequirement(server, id),
    await makeRequirement(server, id, { spec: { type: google } }),
  ];
  const [user, other] = [await openEndUser(server, id), await openEndUser(server, id)];
  const [consented = '', submitted = '', waiting = ''] = requirements;
  for (const one of [user, other]) {
    await consent(one, consented);
    await submit(one, submitted, { api_key: canary('api-key') });
    await begin(one, waiting);
  }
  const token = await tokenOf(user, consented);
  const { userId, endUserId } = user.viewer;
  const { data, headers } = await deleteEndUser(server, id, userId);
  expect(data.answer).toEqual({ __typename: 'DeletedEndUser', userId, links: 2 });
  expect(await countConnections(user)).toBe(0);
  expect(await db.endUserLink.count({ where: { endUserId } })).toBe(0);
  expect(await db.endUser.count({ where: { id: endUserId } })).toBe(0);
  expect((await call(user, 'GET', '')).status).toBe(401);
  await expect.poll(() => world.provider.findAccount(token)).toBeUndefined();
  expect(await countConnections(other)).toBe(3);
  for (const nobody of [userId, randomUUID()]) {
    const again = await deleteEndUser(server, id, nobody);
    expect(again.data.answer).toMatchObject({ links: 0 });
  }
  const where = { requestId: String(headers['x-request-id']) };
  const [event] = await db.auditEvent.findMany({ where });
  const hash = expect.stringMatching(/^[\w-]{43}$/);
  expect(event).toMatchObject({ action: 'link.delete', detail: { app: id, user: hash, links: 2 } });
  expect(JSON.stringify(await db.auditEvent.findMany())).not.toContain(userId);
});
