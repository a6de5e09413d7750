import { beforeAll, describe, expect, test } from 'vitest';
import { appMutations } from '../helpers/app-mutations.ts';
import { seedApp, uniqueHostname } from '../helpers/apps.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const own = 'connect.bücher.example';
const inAscii = 'connect.xn--bcher-kva.example';

const server = useServer({ env: { PUBLIC_URL: `https://${inAscii}:8443` } });
let mutations: ReturnType<typeof appMutations>;
let taken: string;
let another: string;
beforeAll(async () => {
  mutations = appMutations(server);
  const { result } = await mutations.createApp({ hostname: 'shop.bücher.example' });
  taken = result.id;
  another = (await mutations.createApp()).result.id;
});

const attempt = async (hostname: string, key?: string, projectId = server.home.projectId) =>
  (await mutations.createApp({ hostname, projectId }, key)).result;

test('a hostname is stored in its canonical form', async () => {
  const { hostname } = await server.deps.db.app.findUniqueOrThrow({ where: { id: taken } });
  expect(hostname).toBe('shop.xn--bcher-kva.example');
  const label = uniqueHostname();
  expect((await attempt(` ${label.toUpperCase()}.:8443 `)).hostname).toBe(label);
});

describe('another app’s hostname is taken in the spelling', () => {
  const spellings = [
    'shop.xn--bcher-kva.example',
    'shop.bücher.example',
    'SHOP.BÜCHER.EXAMPLE',
    'Shop.Xn--Bcher-Kva.Example',
    'shop.bu\u0308cher.example',
    'shop.bücher.example.',
    'shop.bücher.example:443',
    'shop.bücher.example:65535',
    'shop.xn--bcher-kva.example.:80',
    ' shop.bücher.example ',
    'shop。bücher。example',
    'shop．bücher｡example',
    'ｓｈｏｐ.bücher.example',
    'shop.ⓑücher.example',
    'sh\u00adop.bücher.example',
    'shop.bücher.exam\u200bple',
    '\u2060shop.bücher.example',
    'shop.𝐛ücher.example',
  ];

  test.each(spellings)('%j', async (hostname) => {
    const { projectId, key } = server.stranger;
    for (const result of [await attempt(hostname), await attempt(hostname, key, projectId)]) {
      expect(result).toEqual({
        __typename: 'ConflictError',
        message: 'Another app has this hostname. Choose another hostname.',
      });
    }
    expect((await mutations.updateApp({ id: another, hostname })).result.__typename).toBe(
      'ConflictError',
    );
    expect((await mutations.updateApp({ id: taken, hostname })).result.hostname).toBe(
      'shop.xn--bcher-kva.example',
    );
  });

  test.each(spellings)('%j finds it', async (hostname) => {
    const document = 'query($hostname: String) { app(hostname: $hostname) { id } }';
    const ours = await server.graphql(document, { hostname: hostname.trim() });
    expect(ours.data).toEqual({ app: { id: taken } });
    const theirs = await server.graphql(
      document,
      { hostname: hostname.trim() },
      server.stranger.key,
    );
    expect(theirs.data).toEqual({ app: null });
  });
});

const managed = "is this server's own: no app may have the host of PUBLIC_URL";
const address = 'must be a domain name: IP addresses and localhost are for management';
const noHost = 'must be a host name such as app.example.com, and nothing else of a URL';
const bare = 'must be a whole domain name such as app.example.com';

const refused: Record<string, string[]> = {
  [managed]: [
    own,
    inAscii,
    own.toUpperCase(),
    `${own}.`,
    `${own}:8443`,
    'connect。bücher。example',
  ],
  [address]: [
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost:4000',
    'ⓛocalhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '10.0.0.1:80',
    '0.0.0.0',
    '[::1]',
    '[::1]:4000',
    '[::ffff:7f00:1]',
  ],
  [noHost]: [
    'https://a.example',
    'a.example/',
    'a.example/x',
    'a.example?x',
    'a.example#x',
    'a@b.example',
    'a:b@c.example',
    'a b.example',
    'a\\b.example',
    '*.example',
    'a..example',
    'a.example:',
    'a.example:x',
    'a.example:70000',
    'a.example..',
    '.',
    '::1',
    '1.2.3.4.5',
    'a%2eexample.com',
    '-a.example',
    'a-.example',
    'a,b.example',
    'a;b.example',
    'xn--a.example',
    `${'a'.repeat(64)}.example`,
    `${'abc.'.repeat(64)}example`,
  ],
  [bare]: ['shop', 'shop.', 'SHOP:80'],
  'cannot hold the character U+0000': ['a.example\u0000'],
  'cannot be blank': ['', '  '],
  'cannot be longer than 500 characters': ['a'.repeat(501)],
};

describe.each(Object.entries(refused))(
  'a hostname is refused because it %s:',
  (message, hostnames) => {
    test.each(hostnames)('%j', async (hostname) => {
      const { result } = await mutations.createApp({ hostname });
      expect(result.fields).toEqual([{ path: 'hostname', message }]);
      const changed = await mutations.updateApp({ id: taken, hostname });
      expect(changed.result.fields).toEqual([{ path: 'hostname', message }]);
    });
  },
);

test('an app must be within APP_DOMAINS when it is set', async () => {
  const narrow = await startTestServer({ APP_DOMAINS: 'Apps.example, bücher.test' }, server);
  try {
    const { createApp } = appMutations(narrow);
    for (const hostname of ['apps.example', 'a.b.APPS.example.', 'shop.xn--bcher-kva.test']) {
      expect((await createApp({ hostname })).result.__typename).toBe('App');
    }
    for (const hostname of ['notapps.example', 'apps.example.evil.test', 'shop.example']) {
      expect((await createApp({ hostname })).result.fields).toMatchObject([{ path: 'hostname' }]);
    }
  } finally {
    await narrow.close();
  }
});

test('one of many concurrent requests for a hostname gets it', async () => {
  const hostname = uniqueHostname();
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      attempt(index % 2 === 0 ? hostname : hostname.toUpperCase()),
    ),
  );
  const names = results.map(({ __typename }) => __typename).sort();
  expect(names).toEqual(['App', ...Array.from({ length: 11 }, () => 'ConflictError')]);
});

test('a hostname is free after its app changed or was deleted', async () => {
  const hostname = uniqueHostname();
  const { id } = await attempt(hostname);
  await mutations.updateApp({ id, hostname: uniqueHostname() });
  const next = await attempt(hostname, server.stranger.key, server.stranger.projectId);
  expect(next.__typename).toBe('App');
  await mutations.deleteApp({ id: next.id }, server.stranger.key);
  expect((await attempt(hostname)).__typename).toBe('App');
});

test('a hostname works as soon as its app is created', async () => {
  const hostname = uniqueHostname();
  await mutations.createApp({ hostname, visibility: 'PUBLIC' });
  const path = '/v1/requirements/status?user_id=ann';
  const { status, json } = await server.send({ method: 'GET', path, headers: { host: hostname } });
  expect([status, json]).toEqual([200, { status: 'complete', unsatisfied: [] }]);
});

test('an app of another project is not found by its hostname', async () => {
  const { hostname } = await seedApp(server.deps.db, server.stranger.projectId);
  const { data } = await server.graphql('query($h: String) { app(hostname: $h) { id } }', {
    h: hostname,
  });
  expect(data).toEqual({ app: null });
});
