import { expect, test } from 'vitest';
import { createConnection, makeSystem } from '../helpers/connections.ts';
import { sendRaw } from '../helpers/raw.ts';
import { useServer } from '../helpers/server.ts';
import { connectTo, useService } from './service.ts';

const service = useService();
const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });

test('a request reaches the service with the credential, and the response comes back', async () => {
  const { proxy, key } = await connectTo(server, `${service.url}/v1`);
  service.respond((req, res) => {
    service.received.push({ ...req, body: '' } as never);
    expect(req.headers.authorization).toBe(`Bearer ${key}`);
    res.writeHead(207, { 'content-type': 'text/x-own', 'x-own': 'yes', etag: '"1"' });
    res.end('done');
  });
  const answer = await server.rest('GET', `${proxy}/models?limit=3`);
  expect(answer).toMatchObject({ status: 207, text: 'done' });
  expect(answer.headers).toMatchObject({
    'patchbay-proxy': 'upstream',
    'content-type': 'text/x-own',
    'x-own': 'yes',
    etag: '"1"',
    'cache-control': 'no-store',
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
});

test.each([
  ['', '/v1'],
  ['/', '/v1/'],
  ['?a=1', '/v1?a=1'],
  ['/models?limit=3', '/v1/models?limit=3'],
  ['/models/', '/v1/models/'],
  ['/a//b', '/v1/a//b'],
  ['/a%2Fb/%C3%BC', '/v1/a%2Fb/%C3%BC'],
  ["/a|b{c}'d?e=%zz&f='{}|^`", "/v1/a|b{c}'d?e=%zz&f='{}|^`"],
  ['/x:generate/@me/~;v=1/a+b/$,!*()', '/v1/x:generate/@me/~;v=1/a+b/$,!*()'],
  [
    '/search?q=../../etc&u=http://other.example/%2e%2e',
    '/v1/search?q=../../etc&u=http://other.example/%2e%2e',
  ],
  ['/...', '/v1/...'],
  ['/.well-known/x', '/v1/.well-known/x'],
  ['/https://other.example/x', '/v1/https://other.example/x'],
])('the path %j reaches the service as %j', async (path, target) => {
  const { proxy } = await connectTo(server, `${service.url}/v1`);
  expect((await server.rest('GET', proxy + path)).status).toBe(200);
  expect(service.received.map((one) => one.target)).toEqual([target]);
});

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT'])(
  '%s goes to the service with its body',
  async (method) => {
    const { proxy } = await connectTo(server, service.url);
    const answer = await server.rest(method, `${proxy}/x`, { body: { a: 1 } });
    expect(answer.json).toEqual({ method, target: '/x', body: '{"a":1}' });
    expect(service.received[0]?.headers['content-length']).toBe('7');
  },
);

test('HEAD returns the head of the response', async () => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((_req, res) => res.writeHead(200, { 'content-length': '42' }).end());
  const answer = await server.rest('HEAD', `${proxy}/x`);
  expect(answer).toMatchObject({ status: 200, text: '' });
  expect(answer.headers['content-length']).toBe('42');
});

test('a body without a length arrives chunked', async () => {
  const { proxy } = await connectTo(server, service.url);
  const parts = ['one ', 'two'].map((part) => Buffer.from(part));
  const { json } = await server.send<{ body: string }>({
    method: 'POST',
    path: `${proxy}/x`,
    headers: { authorization: `Bearer ${server.adminKey}` },
    body: parts,
  });
  expect(json.body).toBe('one two');
  expect(service.received[0]?.headers['transfer-encoding']).toBe('chunked');
});

test('headers go along, but for those of the caller and of one hop', async () => {
  const { proxy, key } = await connectTo(server, service.url);
  await server.rest('GET', `${proxy}/x`, {
    headers: {
      accept: 'text/plain',
      'accept-encoding': 'gzip',
      connection: 'keep-alive, x-listed',
      cookie: 'session=1',
      expect: '100-continue',
      forwarded: 'for=1.2.3.4',
      'keep-alive': 'timeout=5',
      'patchbay-user-id': 'ann',
      'proxy-authorization': 'Basic eDp5',
      te: 'trailers',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'other.example',
      'x-listed': '1',
      'x-own': 'kept',
      'x-real-ip': '1.2.3.4',
    },
  });
  expect(service.received[0]?.headers).toEqual({
    accept: 'text/plain',
    'accept-encoding': 'identity',
    authorization: `Bearer ${key}`,
    connection: 'keep-alive',
    host: service.host,
    'x-own': 'kept',
  });
});

test('repeated headers of the response all come back, without cookies and headers of the origin', async () => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    res.writeHead(200, 'Secret Words', [
      ...[
        'Link',
        '<a>',
        'Link',
        '<b>',
        'Set-Cookie',
        'a=b',
        'Strict-Transport-Security',
        'max-age=9',
      ],
      ...['Access-Control-Allow-Origin', '*', 'Connection', 'X-Hop', 'X-Hop', '1'],
      ...['Patchbay-Proxy', 'patchbay', 'X-Request-Id', 'theirs', 'Clear-Site-Data', '"*"'],
      ...['Cache-Control', 'public, max-age=60', 'Content-Security-Policy', 'default-src *'],
    ]);
    res.end();
  });
  const { headers } = await server.rest('GET', `${proxy}/x`);
  expect(headers).toMatchObject({
    link: '<a>, <b>',
    'patchbay-proxy': 'upstream',
    'patchbay-upstream-request-id': 'theirs',
    'cache-control': 'public, max-age=60, private',
    'content-security-policy': 'sandbox',
  });
  expect(headers['x-request-id']).not.toBe('theirs');
  for (const name of [
    'set-cookie',
    'strict-transport-security',
    'access-control-allow-origin',
    'x-hop',
    'clear-site-data',
  ]) {
    expect(headers).not.toHaveProperty(name);
  }
});

test('a redirect comes back and is not followed', async () => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((req, res) => {
    service.received.push({ target: req.url } as never);
    res.writeHead(307, { location: 'https://other.example/steal' }).end();
  });
  const answer = await server.rest('POST', `${proxy}/x`, { body: {} });
  expect(answer.status).toBe(307);
  expect(answer.headers.location).toBe('https://other.example/steal');
  expect(service.received).toHaveLength(1);
});

test('a preflight of a listed origin stays here; other OPTIONS need a credential', async () => {
  const { proxy } = await connectTo(server, service.url);
  const answer = await server.rest('OPTIONS', `${proxy}/x`, { key: null });
  expect(answer).toMatchObject({ status: 401, headers: { 'patchbay-proxy': 'patchbay' } });
});

test('a caller key may call, a viewer key is refused, and an end user is not known', async () => {
  const { proxy, id } = await connectTo(server, service.url);
  const { projectId } = server.home;
  const caller = await server.createKey({ role: 'caller', projectId });
  expect((await server.rest('GET', `${proxy}/x`, { key: caller })).status).toBe(200);
  const fetched = await server.rest('POST', `/v1/connections/${id}/credentials`, { key: caller });
  expect(fetched.status).toBe(403);
  const viewer = await server.createKey({ role: 'viewer', projectId });
  const refused = await server.rest('GET', `${proxy}/x`, { key: viewer });
  expect(refused).toMatchObject({ status: 403, headers: { 'patchbay-proxy': 'patchbay' } });
  const stranger = await server.rest('GET', `${proxy}/x`, { key: server.stranger.key });
  expect(stranger).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
  expect(service.received).toHaveLength(1);
});

test.each([
  ['incomplete', 409],
  ['expired', 409],
] as const)('a connection that is %s is %i', async (status, expected) => {
  const { proxy, id } = await connectTo(server, service.url);
  await server.deps.db.connection.update({ where: { id }, data: { status } });
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer).toMatchObject({ status: expected, headers: { 'patchbay-proxy': 'patchbay' } });
});

test('a system-managed connection is 403, an unknown one 404, and one without HTTP facts 400', async () => {
  const { proxy, id } = await connectTo(server, service.url);
  await makeSystem(server, id);
  expect((await server.rest('GET', `${proxy}/x`)).status).toBe(403);
  expect((await server.rest('GET', '/v1/connections/x/proxy/y')).status).toBe(404);
  const config = { host: 'db.example.com', port: 5432, database: 'a', user: 'u', password: 'p' };
  const database = await createConnection(server, {
    type: 'dynamiq.connections.PostgreSQL',
    config,
  });
  const answer = await server.rest('GET', `/v1/connections/${database.id}/proxy/x`);
  expect(answer).toMatchObject({ status: 400, json: { error: { code: 'bad_request' } } });
});

test('TRACE is 405, and a WebSocket is 400', async () => {
  const { proxy } = await connectTo(server, service.url);
  expect((await server.rest('TRACE', `${proxy}/x`)).status).toBe(405);
  const answer = await sendRaw(
    server.url,
    `GET ${proxy}/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.adminKey}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(service.received).toEqual([]);
});

test('each call is one event with method, host, status and duration, and no path', async () => {
  const { proxy, id } = await connectTo(server, service.url);
  await server.rest('DELETE', `${proxy}/secret-path?token=secret-query`);
  const events = await server.deps.db.auditEvent.findMany({
    where: { connectionId: id, action: { startsWith: 'connection.proxy' } },
  });
  expect(events).toMatchObject([
    {
      action: 'connection.proxy',
      detail: { method: 'DELETE', host: service.host, status: 200, ms: expect.any(Number) },
    },
  ]);
  expect(JSON.stringify([events, server.logged()])).not.toMatch(/secret-(path|query)/);
});

test('a service that cannot be reached is 502, and the attempt is one event', async () => {
  const { proxy, id } = await connectTo(server, 'http://127.0.0.1:1');
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer).toMatchObject({ status: 502, headers: { 'patchbay-proxy': 'patchbay' } });
  const events = await server.deps.db.auditEvent.findMany({
    where: { connectionId: id, action: { startsWith: 'connection.proxy' } },
  });
  expect(events).toMatchObject([{ detail: { failure: 'outbound_unreachable' } }]);
});
