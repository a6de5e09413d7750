import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { appMutations } from '../helpers/app-mutations.ts';
import { seedApp, uniqueHostname } from '../helpers/apps.ts';
import type { GraphqlAnswer } from '../helpers/clients.ts';
import type { Answer } from '../helpers/http.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let mutations: ReturnType<typeof appMutations>;
beforeAll(async () => {
  mutations = appMutations(server);
});

const plain = {
  displayName: null,
  logoUrl: null,
  accentColor: null,
  allowedOrigins: [],
  returnUrl: null,
};

const settings = {
  displayName: 'The shop',
  logoUrl: 'https://cdn.example/logo.svg?v=2',
  accentColor: '#1a73e8',
  allowedOrigins: ['https://shop.example', 'http://localhost:3000', 'http://[::1]:3000'],
  returnUrl: 'https://shop.example/done#top',
};

const eventsOf = ({ headers }: Answer) => {
  const where = { requestId: String(headers['x-request-id']) };
  return server.deps.db.auditEvent.findMany({ where });
};

test('creating an app records an event in its project', async () => {
  const hostname = uniqueHostname();
  const answer = await mutations.createApp({
    name: ' Shop ',
    hostname,
    visibility: 'PUBLIC',
    connectPage: settings,
  });
  expect(answer.result).toEqual({
    __typename: 'App',
    id: expect.any(String),
    name: 'Shop',
    hostname,
    visibility: 'PUBLIC',
    connectPage: settings,
  });
  const detail = { app: answer.result.id, name: 'Shop', hostname, visibility: 'public' };
  expect(await eventsOf(answer)).toMatchObject([
    { action: 'app.create', projectId: server.home.projectId, connectionId: null, detail },
  ]);
});

test('an app without settings has a plain connect page', async () => {
  expect((await mutations.createApp()).result.connectPage).toEqual(plain);
  const { result } = await mutations.createApp({ connectPage: { allowedOrigins: null } });
  expect(result.connectPage).toEqual(plain);
});

test('an absent or null field keeps its value, and null removes a setting of the connect page', async () => {
  const { result } = await mutations.createApp({ connectPage: settings });
  const { id } = result;
  const answer = await mutations.updateApp({ id });
  expect(answer.result).toEqual(result);
  expect(await eventsOf(answer)).toMatchObject([
    { action: 'app.update', projectId: server.home.projectId, detail: { app: id } },
  ]);
  const nulls = { name: null, hostname: null, visibility: null, connectPage: null };
  expect((await mutations.updateApp({ id, ...nulls })).result).toEqual(result);
  const green = await mutations.updateApp({ id, connectPage: { accentColor: '#00FF00' } });
  expect(green.result.connectPage).toEqual({ ...settings, accentColor: '#00ff00' });
  const none = { displayName: ' \u200b', logoUrl: null, accentColor: null, returnUrl: null };
  const bare = await mutations.updateApp({ id, connectPage: { ...none, allowedOrigins: null } });
  expect(bare.result.connectPage).toEqual(plain);
  const renamed = await mutations.updateApp({ id, name: 'Store', visibility: 'PUBLIC' });
  expect(renamed.result).toEqual({
    ...result,
    name: 'Store',
    visibility: 'PUBLIC',
    connectPage: plain,
  });
});

test("the connect page's name is composed, and holds no control characters", async () => {
  const { result } = await mutations.createApp({
    connectPage: { displayName: ' Cafe\u0301\u200b  Shop ' },
  });
  expect(result.connectPage).toEqual({ ...plain, displayName: 'Caf\u00e9 Shop' });
  const refused = await mutations.createApp({ connectPage: { displayName: 'a\u0007b' } });
  expect(refused.result.fields).toEqual([
    { path: 'connectPage.displayName', message: 'cannot hold control characters' },
  ]);
});

test('a changed hostname works at once', async () => {
  const { result } = await mutations.createApp({ visibility: 'PUBLIC' });
  const path = '/v1/requirements/status?user_id=ann';
  const status = async (host: string) =>
    (await server.send({ method: 'GET', path, headers: { host } })).status;
  expect(await status(result.hostname)).toBe(200);
  await mutations.updateApp({ id: result.id, visibility: 'PRIVATE' });
  expect(await status(result.hostname)).toBe(401);
  const hostname = uniqueHostname();
  await mutations.updateApp({ id: result.id, hostname, visibility: 'PUBLIC' });
  expect(await status(result.hostname)).toBe(404);
  expect(await status(hostname)).toBe(200);
  await mutations.deleteApp({ id: result.id });
  expect(await status(hostname)).toBe(404);
});

test.each([
  { given: 'trial.localhost', host: 'trial.localhost' },
  { given: 'trial.localhost:4000', host: 'TRIAL.localhost:4000' },
  { given: 'Shop.Trial.Localhost.:4000', host: 'shop.trial.localhost:65535' },
])(
  'an app of the hostname $given, below localhost, answers by the Host header $host',
  async ({ given, host }) => {
    const { result } = await mutations.createApp({ hostname: given, visibility: 'PUBLIC' });
    expect(result.hostname).toBe(given.toLowerCase().replace(/\.?(:\d+)?$/, ''));
    const headers = { host, 'content-type': 'application/json' };
    const body = JSON.stringify({ user_id: 'ann' });
    const minted = await server.send({
      method: 'POST',
      path: '/v1/connect/tokens',
      headers,
      body,
      mayHoldSecrets: true,
    });
    expect([minted.status, minted.json]).toEqual([
      201,
      expect.objectContaining({ url: expect.stringMatching(/\/connect\?token=/) }),
    ]);
    const status = {
      method: 'GET',
      path: '/v1/requirements/status?user_id=ann',
      headers: { host },
    };
    expect((await server.send(status)).status).toBe(200);
    const management = { method: 'GET', path: '/v1/connections', headers: { host } };
    expect((await server.send(management)).status).toBe(404);
    await mutations.deleteApp({ id: result.id });
  },
);

test('all complaints are returned at once with their paths', async () => {
  const { result } = await mutations.createApp({
    name: ' ',
    hostname: 'localhost',
    connectPage: {
      displayName: 'x'.repeat(121),
      logoUrl: 'http://cdn.example/logo.svg',
      accentColor: 'red',
      allowedOrigins: ['https://ok.example', 'https://shop.example/page'],
      returnUrl: 'javascript:alert(1)',
    },
  });
  expect(result.fields.map(({ path }) => path).sort()).toEqual([
    'connectPage.accentColor',
    'connectPage.allowedOrigins.1',
    'connectPage.displayName',
    'connectPage.logoUrl',
    'connectPage.returnUrl',
    'hostname',
    'name',
  ]);
});

describe('a setting of the connect page is refused:', () => {
  test.each([
    'http://a.example',
    'data:image/png;base64,AA==',
    'ftp://a.example/',
    'file:///etc/passwd',
    'https://user@a.example/',
    'https://:pw@a.example/',
    'http://127.0.0.1.a.example/',
    "https://a.example;script-src'unsafe-inline'/",
    'https://*.a.example/',
    'blob:https://a/b',
    `https://a.example/${'x'.repeat(2_000)}`,
  ])('logo and return URL %s', async (url) => {
    for (const name of ['logoUrl', 'returnUrl']) {
      const { result } = await mutations.createApp({ connectPage: { [name]: url } });
      expect(result.fields).toMatchObject([{ path: `connectPage.${name}` }]);
    }
  });

  test.each([
    'https://a.example/x',
    'https://a.example/?',
    'https://a.example/#x',
    'https://u@a.example',
    'https://*',
    'https://*.a.example',
    'http://a.example',
    'https://a.example;x',
    'about:blank',
    "https://a.example'",
    'https://a.example,b.example',
    'ws://a.example',
    'data:text/html,x',
  ])('origin %s', async (url) => {
    const { result } = await mutations.createApp({ connectPage: { allowedOrigins: [url] } });
    expect(result.fields).toMatchObject([{ path: 'connectPage.allowedOrigins.0' }]);
  });

  test.each(['#fff', '1a73e8', '#1a73e8ff', '#1a73eg', 'red', '', '#1a73e8;}'])(
    'colour %j',
    async (accentColor) => {
      const { result } = await mutations.createApp({ connectPage: { accentColor } });
      expect(result.fields).toMatchObject([{ path: 'connectPage.accentColor' }]);
    },
  );

  test('more than 20 origins, where a repeated one counts once', async () => {
    const allowedOrigins = Array.from({ length: 21 }, (_, index) => `https://a${index}.example`);
    const { result } = await mutations.createApp({ connectPage: { allowedOrigins } });
    expect(result.fields).toMatchObject([{ path: 'connectPage.allowedOrigins' }]);
    const twice = ['https://A.example/', 'https://a.example:443'];
    const { result: app } = await mutations.createApp({ connectPage: { allowedOrigins: twice } });
    expect(app.connectPage).toMatchObject({ allowedOrigins: ['https://a.example'] });
  });
});

test('an admin of one project creates apps only there', async () => {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const key = await server.createKey({ projectId });
  const { result } = await mutations.createApp({ projectId: projectId.toUpperCase() }, key);
  expect(result.__typename).toBe('App');
  for (const other of [server.home.projectId, server.stranger.projectId, randomUUID(), 'x']) {
    const refused = await mutations.createApp({ projectId: other }, key);
    expect(refused.result.__typename).toBe('NotFoundError');
  }
  const { result: ours } = await mutations.createApp();
  for (const stranger of [key, server.stranger.key]) {
    for (const id of [ours.id, 'x', '\u0000']) {
      const changed = await mutations.updateApp({ id, name: 'Mine' }, stranger);
      expect(changed.result.__typename).toBe('NotFoundError');
      const gone = await mutations.deleteApp({ id }, stranger);
      expect(gone.result.__typename).toBe('NotFoundError');
    }
  }
  expect(await server.deps.db.app.findUnique({ where: { id: ours.id } })).toMatchObject({
    name: 'Shop',
  });
});

test('an editor is refused, which records an event', async () => {
  const { projectId } = server.home;
  const key = await server.createKey({ role: 'editor', projectId });
  const answer = await mutations.createApp({}, key);
  expect(answer.result.__typename).toBe('ForbiddenError');
  expect(await eventsOf(answer)).toMatchObject([
    { action: 'app.create.refused', projectId, detail: { reason: 'forbidden' } },
  ]);
});

test('one of two concurrent deletions of an app succeeds', async () => {
  const { result } = await mutations.createApp();
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => mutations.deleteApp({ id: result.id })),
  );
  const names = answers.map(({ result: { __typename } }) => __typename).sort();
  expect(names).toEqual(['DeletedApp', ...Array.from({ length: 5 }, () => 'NotFoundError')]);
  const action = 'app.delete';
  const events = await server.deps.db.auditEvent.findMany({ where: { action } });
  expect(events.filter(({ detail }) => Object(detail).app === result.id)).toHaveLength(1);
});

describe('the apps of a project', () => {
  const document = `query($id: ID!, $first: Int, $after: String) { project(id: $id) {
    apps(first: $first, after: $after) { totalCount nodes { id } pageInfo { endCursor hasNextPage } } } }`;
  type Pages = {
    project: {
      apps: {
        totalCount: number;
        nodes: { id: string }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
    };
  };

  test('are paged newest first, each once', async () => {
    const { db } = server.deps;
    const id = await seedProject(db, server.home.organizationId);
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const createdAt = new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 2)));
      ids.push((await seedApp(db, id, { createdAt })).id);
    }
    await seedApp(db, server.home.projectId);
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page += 1) {
      const answer: GraphqlAnswer<Pages> = await server.graphql<Pages>(document, {
        id,
        first: 2,
        after,
      });
      const { apps } = answer.data.project;
      expect([apps.totalCount, apps.pageInfo.hasNextPage]).toEqual([7, page < 3]);
      seen.push(...apps.nodes.map((app) => app.id));
      after = apps.pageInfo.endCursor;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(seen).not.toEqual(seen.toSorted());
  });

  test('a bad page argument is named', async () => {
    const { errors } = await server.graphql(document, { id: server.home.projectId, first: 101 });
    expect(errors).toMatchObject([{ extensions: { fields: [{ path: 'first' }] } }]);
  });
});
