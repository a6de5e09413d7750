import { beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { askForToken, mintToken, postToken, readToken } from '../helpers/connect-tokens.ts';
import type { Failure } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const publicUrl = 'https://connect.patchbay.example';

const server = useServer({ env: { PUBLIC_URL: publicUrl } });
let hidden: App;
let open: App;
beforeAll(async () => {
  const { db } = server.deps;
  hidden = await seedApp(db, server.home.projectId);
  open = await seedApp(db, server.home.projectId, { visibility: 'public' });
});

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

function expectToken(token: string, app: App, userId: string, via: string): void {
  const { header, claims } = readToken(token);
  expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(uuid) });
  expect(claims).toEqual({
    iss: publicUrl,
    aud: 'connect',
    sub: userId,
    user_id: userId,
    app_id: app.id,
    jti: expect.stringMatching(uuid),
    epoch: expect.any(Number),
    via,
    iat: expect.any(Number),
    exp: (claims.iat ?? 0) + 86_400,
  });
  expect(Math.abs(Date.now() / 1_000 - (claims.iat ?? 0))).toBeLessThan(60);
}

describe('on an app’s hostname', () => {
  test('a key gets a token of the exact shape', async () => {
    const { status, json, headers } = await postToken(
      server,
      hidden,
      { user_id: ' user-1 ' },
      { key: server.adminKey },
    );
    expect(status).toBe(201);
    expect(Object.keys(json)).toEqual(['token', 'url', 'expires_at']);
    expectToken(json.token, hidden, 'user-1', 'key');
    expect(json.url).toBe(`${publicUrl}/connect?token=${json.token}`);
    const { exp = 0 } = readToken(json.token).claims;
    expect(json.expires_at).toBe(`${new Date(exp * 1_000).toISOString().slice(0, 19)}Z`);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('a public app needs no key, and records a key that is sent', async () => {
    const { status, json } = await postToken(server, open, { user_id: 'ann' });
    expect(status).toBe(201);
    expectToken(json.token, open, 'ann', 'anonymous');
    const { json: other } = await postToken(
      server,
      open,
      { user_id: 'ann' },
      { key: server.adminKey },
    );
    expectToken(other.token, open, 'ann', 'key');
  });

  test('a private app needs a key, and a public app refuses a bad key', async () => {
    const asked = [
      await postToken(server, hidden, { user_id: 'ann' }),
      await postToken(server, hidden, { user_id: 'ann' }, { key: 'nonsense' }),
      await postToken(server, open, { user_id: 'ann' }, { key: 'nonsense' }),
      await postToken(server, open, { user_id: 'ann' }, { key: await mintToken(server, open) }),
    ];
    for (const { status, text, headers } of asked) {
      expect(status).toBe(401);
      expect(text).toBe('{"error":{"code":"unauthorized","message":"Unauthorized"}}');
      expect(headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('a key of the app’s organization or project is accepted, and another is 404 on both apps', async () => {
    const { organizationId, projectId } = server.home;
    const elsewhere = await seedProject(server.deps.db, organizationId);
    for (const app of [hidden, open]) {
      for (const [key, status] of [
        [await server.createKey({ role: 'runtime' }), 201],
        [await server.createKey({ role: 'runtime', projectId }), 201],
        [await server.createKey({ role: 'viewer', projectId }), 403],
        [await server.createKey({ role: 'caller', projectId }), 403],
        [await server.createKey({ role: 'admin', projectId: elsewhere }), 404],
        [server.stranger.key, 404],
      ] as const) {
        expect((await postToken(server, app, { user_id: 'ann' }, { key })).status).toBe(status);
      }
    }
  });

  test.each([
    [{}, 'user_id', 'cannot be blank'],
    [{ user_id: null }, 'user_id', 'cannot be blank'],
    [{ user_id: '' }, 'user_id', 'cannot be blank'],
    [{ user_id: ' \t\n ' }, 'user_id', 'cannot be blank'],
    [{ user_id: 7 }, 'user_id', 'must be text'],
    [{ user_id: ['ann'] }, 'user_id', 'must be text'],
    [{ user_id: 'a'.repeat(256) }, 'user_id', 'cannot be longer than 255 characters'],
    [{ user_id: 'a\0b' }, 'user_id', 'cannot hold the character U+0000'],
    [{ user_id: '\ud800' }, 'user_id', 'is not well-formed text'],
    [{ user_id: 'ann', app_id: 'x' }, 'app_id', 'is not a known field'],
    [[], 'body', 'must be a JSON object'],
    [undefined, 'body', 'must be a JSON object'],
  ])('%j is 400 at %s', async (body, path, complaint) => {
    const send = { key: server.adminKey, headers: { host: hidden.hostname } };
    const { status, json } = await server.rest<Failure>('POST', '/v1/connect/tokens', {
      ...send,
      body,
    });
    expect(status).toBe(400);
    expect(json).toEqual({
      error: { code: 'bad_request', message: 'Bad Request', details: { [path]: complaint } },
    });
  });

  test.each(['a', 'a'.repeat(255), '💡'.repeat(255), '"\\/<&>\u0001', '١', ' \t   a b'])(
    'the user %j gets a token that works',
    async (userId) => {
      const { status, json } = await postToken(server, open, { user_id: userId });
      expect(status).toBe(201);
      const { data } = await server.graphql<{ viewer: object }>(
        '{ viewer { kind userId } }',
        {},
        json.token,
      );
      expect(data.viewer).toEqual({ kind: 'CONNECT_TOKEN', userId: userId.trim() });
    },
  );
});

describe('on the management host', () => {
  test('a key gets a token for the app in the input', async () => {
    const { minted } = await askForToken(server, {
      appId: hidden.id.toUpperCase(),
      userId: ' bob ',
    });
    expect(minted?.__typename).toBe('ConnectToken');
    expectToken(minted?.token ?? '', hidden, 'bob', 'key');
    expect(minted?.url).toBe(`${publicUrl}/connect?token=${minted?.token}`);
    const { exp = 0 } = readToken(minted?.token ?? '').claims;
    expect(new Date(minted?.expiresAt ?? 0).getTime()).toBe(exp * 1_000);
  });

  test('no token is made without a key for a public, private or unknown app', async () => {
    for (const appId of [open.id, hidden.id, server.home.projectId]) {
      const { status, minted, errors } = await askForToken(server, { appId, userId: 'ann' }, null);
      expect([status, minted]).toEqual([401, undefined]);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });

  test('the input needs an app and a user', async () => {
    const noApp = await askForToken(server, { userId: 'ann' });
    expect(noApp.minted?.fields).toEqual([{ path: 'appId', message: 'cannot be blank' }]);
    const noUser = await askForToken(server, { appId: hidden.id, userId: '  ' });
    expect(noUser.minted?.fields).toEqual([{ path: 'userId', message: 'cannot be blank' }]);
    const notThere = await askForToken(server, { appId: 'x', userId: 'ann' });
    expect(notThere.minted?.__typename).toBe('NotFoundError');
  });

  test('an app of another project or organization is not found', async () => {
    const { organizationId } = server.home;
    const elsewhere = await seedProject(server.deps.db, organizationId);
    for (const key of [server.stranger.key, await server.createKey({ projectId: elsewhere })]) {
      const { minted } = await askForToken(server, { appId: open.id, userId: 'ann' }, key);
      expect(minted).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
    }
  });

  const several = (count: number) =>
    Array.from(
      { length: count },
      (_, n) => `t${n}: createConnectToken(input: {appId: "${open.id}", userId: "u${n}"}) {
        ... on ConnectToken { token }
      }`,
    );

  test('five tokens in one document are made, and six are refused before the first', async () => {
    const five = await server.graphql<Record<string, { token: string }>>(
      `mutation { ${several(5).join(' ')} }`,
    );
    expect(Object.values(five.data).map(({ token }) => readToken(token).claims.sub)).toEqual(
      [0, 1, 2, 3, 4].map((n) => `u${n}`),
    );
    const before = await server.deps.db.auditEvent.count();
    const [first, ...others] = several(6);
    const { status, errors, data } = await server.graphql(
      `mutation { ...Others ${first} } fragment Others on Mutation { ${others.join(' ')} }`,
    );
    expect([status, data]).toEqual([400, undefined]);
    expect(errors).toMatchObject([
      {
        message: 'The operation selects createConnectToken 6 times; the limit is 5.',
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      },
    ]);
    expect(await server.deps.db.auditEvent.count()).toBe(before);
  });
});

describe('making tokens', () => {
  test('stores one row a user for any number of tokens', async () => {
    const where = { appId: hidden.id, userId: 'often' };
    await Promise.all([1, 2, 3, 4].map(() => mintToken(server, hidden, 'often')));
    const [row, ...others] = await server.deps.db.endUser.findMany({ where });
    expect(others).toEqual([]);
    const { epoch } = readToken(await mintToken(server, hidden, 'often')).claims;
    expect(epoch).toBe(row?.epoch);
  });

  test('records an event for a token made with a key, and none without a key', async () => {
    const events = () =>
      server.deps.db.auditEvent.findMany({
        where: { action: { startsWith: 'connect_token' } },
        orderBy: { id: 'desc' },
      });
    const token = await mintToken(server, hidden, 'a person’s name');
    const [event] = await events();
    const key = await server.deps.db.accessKey.findFirstOrThrow({ where: { name: 'default' } });
    expect(event).toMatchObject({
      action: 'connect_token.create',
      actor: `access_key:${key.id}`,
      projectId: hidden.projectId,
      ip: '127.0.0.1',
      detail: { app: hidden.id, jti: readToken(token).claims.jti },
    });
    const all = (await events()).length;
    expect((await postToken(server, open)).status).toBe(201);
    await postToken(server, hidden);
    expect(await events()).toHaveLength(all);
    expect(JSON.stringify(await events())).not.toMatch(/a person|eyJ/);
  });

  test('records an event for a refused key', async () => {
    await askForToken(server, { appId: open.id, userId: 'ann' }, server.stranger.key);
    const event = await server.deps.db.auditEvent.findFirst({
      where: { organizationId: server.stranger.organizationId },
      orderBy: { id: 'desc' },
    });
    expect(event).toMatchObject({
      action: 'connect_token.create.refused',
      detail: { reason: 'not_found' },
    });
  });

  test('records an event for a refused end user, and none for a stranger', async () => {
    const { db } = server.deps;
    const refusals = () => db.auditEvent.count({ where: { action: 'project.create.refused' } });
    const mutation = 'mutation { createProject(input: { name: "x" }) { __typename } }';
    const stranger = (await postToken(server, open)).json.token;
    const { text } = await server.graphql(mutation, {}, stranger);
    expect(text).toContain('ForbiddenError');
    expect(await refusals()).toBe(0);
    const token = await mintToken(server, open);
    expect((await server.graphql(mutation, {}, token)).text).toBe(text);
    expect(await refusals()).toBe(1);
    const { jti } = readToken(token).claims;
    const event = await db.auditEvent.findFirst({ where: { action: 'project.create.refused' } });
    expect(event).toMatchObject({ actor: `connect_token:${jti}`, projectId: open.projectId });
  });
});
