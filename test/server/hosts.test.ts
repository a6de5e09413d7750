import { beforeAll, describe, expect, test } from 'vitest';
import { normalizeHost } from '../../src/platform/addresses.ts';
import { seedApp } from '../helpers/apps.ts';
import { authorization } from '../helpers/clients.ts';
import { startTestServer, useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

const own = 'connect.patchbay.example';

const server = useServer({ env: { PUBLIC_URL: `https://${own}` } });
beforeAll(async () => {
  const { projectId } = server.home;
  await seedApp(server.deps.db, projectId, { hostname: 'shop.example', visibility: 'public' });
  await seedApp(server.deps.db, projectId, { hostname: 'xn--bcher-kva.example' });
  await seedApp(server.deps.db, projectId, { hostname: own, visibility: 'public' });
});

const status = '/v1/requirements/status?user_id=ann';

const get = async (path: string, headers: Record<string, string | string[]>, to = server) => {
  const answer = await to.send({ method: 'GET', path, headers });
  return answer.status;
};

test.each([
  'shop.example',
  'SHOP.Example',
  'shop.example.',
  'shop.example:4000',
  'Shop.Example.:443',
])('%s is the hostname of the app', async (host) => {
  expect(await get(status, { host })).toBe(200);
  expect(await get('/v1/connections', { host })).toBe(404);
});

test.each([own, 'other.example', 'sub.shop.example', 'example', 'localhost', '127.0.0.1', '[::1]'])(
  '%s is the management host',
  async (host) => {
    expect(await get(status, { host })).toBe(404);
    expect(await get('/v1/openapi.json', { host })).toBe(200);
    expect(await get('/v1/connections', { host })).toBe(401);
  },
);

describe('the hostname of an app serves nothing else', () => {
  const paths = [
    '/',
    '/graphql',
    '/v1/connections',
    '/v1/openapi.json',
    '/health',
    '/ready',
    '/metrics',
    '/v1/oauth2/callback',
    '/v1/oauth2/undo',
    '/v1/connect/requirements',
    '/connect',
    '/.well-known/jwks.json',
    '/v1/requirements',
    '/v1/requirements/status/',
  ];

  test.each(paths)('%s is 404 with every credential and method', async (path) => {
    const asked = ['GET', 'POST', 'OPTIONS', 'PUT'].flatMap((method) =>
      [null, server.adminKey].map(async (key) => {
        const headers = { host: 'shop.example', ...authorization(key), 'content-length': '0' };
        return { method, answer: await server.send({ method, path, headers }) };
      }),
    );
    for (const { method, answer } of await Promise.all(asked)) {
      expect([method, answer.status]).toEqual([method, 404]);
      expect(answer.text).toBe('{"error":{"code":"not_found","message":"Not Found"}}');
      expect(answer.headers['x-request-id']).toBeTruthy();
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  test('another method is 405 and lists the allowed ones', async () => {
    const headers = { host: 'shop.example', 'content-length': '0' };
    const answer = await server.send({ method: 'POST', path: status, headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  test('a credential is not checked for an unknown path', async () => {
    const headers = { host: 'shop.example', authorization: 'Bearer nonsense' };
    expect(await get('/v1/connections', headers)).toBe(404);
  });
});

describe('X-Forwarded-Host', () => {
  const forwarded = (value: string | string[], host: string) => ({
    host,
    'x-forwarded-host': value,
  });

  test('is ignored from an untrusted peer', async () => {
    expect(await get(status, forwarded('shop.example', 'other.example'))).toBe(404);
    expect(await get(status, forwarded('other.example', 'shop.example'))).toBe(200);
    expect(await get(status, forwarded('no host', 'shop.example'))).toBe(200);
  });

  describe('from a trusted proxy', () => {
    const env = { PUBLIC_URL: `https://${own}`, TRUSTED_PROXIES: '127.0.0.0/8' };
    const behind = useServer({ env, beside: server });

    test('decides the host', async () => {
      expect(await get(status, forwarded('Shop.Example.:443', 'other.example'), behind)).toBe(200);
      expect(await get(status, forwarded('other.example', 'shop.example'), behind)).toBe(404);
      expect(await get(status, forwarded(own, 'shop.example'), behind)).toBe(404);
      expect(await get(status, { host: 'shop.example' }, behind)).toBe(200);
    });

    test('uses the last of several values, which the nearest proxy wrote', async () => {
      const chain = 'other.example, shop.example';
      expect(await get(status, forwarded(chain, 'other.example'), behind)).toBe(200);
      const lines = ['shop.example', 'other.example'];
      expect(await get(status, forwarded(lines, 'shop.example'), behind)).toBe(404);
    });

    test.each(['no host', 'shop.example/', 'user@shop.example', 'shop.example,', '', 'a:99999'])(
      '%j is 400',
      async (value) => {
        expect(await get(status, forwarded(value, 'shop.example'), behind)).toBe(400);
      },
    );

    test('is 400 with a bad Host header', async () => {
      expect(await get(status, forwarded('shop.example', 'a/b'), behind)).toBe(400);
    });
  });
});

test('a host outside APP_DOMAINS is never an app’s', async () => {
  const narrow = await startTestServer({ APP_DOMAINS: 'apps.example' }, server);
  try {
    await seedApp(server.deps.db, server.home.projectId, {
      hostname: 'one.apps.example',
      visibility: 'public',
    });
    expect(await get(status, { host: 'one.apps.example' }, narrow)).toBe(200);
    expect(await get(status, { host: 'shop.example' }, narrow)).toBe(404);
    expect(await get('/v1/connections', { host: 'shop.example' }, narrow)).toBe(401);
  } finally {
    await narrow.close();
  }
});

test('a management host takes no statement, and concurrent requests for another host share one', async () => {
  const health = (host: string) => get('/health', { host });
  expect(await statementsOf(() => health(own))).toHaveLength(0);
  expect(await statementsOf(() => health('127.0.0.1:4000'))).toHaveLength(0);
  expect(await statementsOf(() => health('other.example'))).toHaveLength(1);
});

test.each([
  ['Example.COM.', 'example.com'],
  ['example.com:8080', 'example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
  ['ＳＨＯＰ.example', 'shop.example'],
  ['shop。example', 'shop.example'],
  ['lo\u00adcalhost', 'localhost'],
  ['127.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['[::1]:80', '::1'],
  ['[0:0::1]', '::1'],
  ['a_b.example', 'a_b.example'],
  ['ex%61mple.com', undefined],
  ['user@example.com', undefined],
  ['example.com/', undefined],
  ['example.com?', undefined],
  ['http://example.com', undefined],
  ['example..com', undefined],
  ['.example.com', undefined],
  ['example.com..', undefined],
  ['*.example.com', undefined],
  ['-a.example', undefined],
  ['a-.example', undefined],
  ['xn--a.example', undefined],
  ['1.2.3.4.5', undefined],
  ['a b.example', undefined],
  ['example.com:', undefined],
  ['example.com:99999', undefined],
  [`${'a'.repeat(64)}.example`, undefined],
  [`${'a.'.repeat(126)}example`, undefined],
  ['', undefined],
])('the canonical form of %j is %j', (text, host) => {
  expect(normalizeHost(text)).toBe(host);
});
