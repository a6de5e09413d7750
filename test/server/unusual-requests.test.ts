import { beforeAll, describe, expect, test } from 'vitest';
import { seedApp } from '../helpers/apps.ts';
import { sendRaw } from '../helpers/raw.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
beforeAll(async () => {
  await seedApp(server.deps.db, server.home.projectId, { hostname: 'shop.example' });
});

const end = '\r\nConnection: close\r\n\r\n';
const raw = (text: string) => sendRaw(server.url, text);

describe('a request without a Host header', () => {
  test.each(['/health', '/ready', '/metrics'])('is accepted at %s', async (path) => {
    expect(await raw(`GET ${path} HTTP/1.1${end}`)).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw(`GET ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw(`HEAD ${path}?probe HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each(['/v1/connections', '/graphql', '/', '/healthy'])('is 400 at %s', async (path) => {
    for (const request of [`GET ${path} HTTP/1.1${end}`, `GET ${path} HTTP/1.0\r\n\r\n`]) {
      const answer = await raw(request);
      expect(answer).toMatch(/^HTTP\/1.1 400 .*"code":"bad_request"/s);
      expect(answer).toMatch(/^X-Request-Id: /im);
    }
  });
});

describe('a target in absolute form', () => {
  test.each([
    'http://127.0.0.1/health',
    'HTTP://patchbay.example:4000/ready',
    'https://patchbay.example/health?probe=1',
  ])('%s is accepted', async (target) => {
    const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: other${end}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 .*"status":"ok"/s);
    expect(await raw(`GET ${target} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });

  test('decides the host, not the Host header', async () => {
    const path = '/v1/requirements/status?user_id=ann';
    const ofApp = `GET http://shop.example${path} HTTP/1.1\r\nHost: patchbay.example${end}`;
    expect(await raw(ofApp)).toMatch(/^HTTP\/1.1 401 /); // the app is not public
    const managed = `GET http://patchbay.example${path} HTTP/1.1\r\nHost: shop.example${end}`;
    expect(await raw(managed)).toMatch(/^HTTP\/1.1 404 /);
  });

  test.each([
    'http://',
    'http://a b/',
    'http://user@host/health',
    'http://[::1/health',
    'ftp://a/',
  ])('%j is 400', async (target) => {
    expect(await raw(`GET ${target} HTTP/1.1\r\nHost: a${end}`)).toMatch(/^HTTP\/1.1 400 /);
  });

  test('works for GraphQL and REST', async () => {
    const body = '{"query":"{ viewer { kind } }"}';
    const headers = `Host: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    const graphql = `POST http://127.0.0.1/graphql HTTP/1.1\r\n${headers}${end}${body}`;
    expect(await raw(graphql)).toMatch(/^HTTP\/1.1 200 .*ANONYMOUS|^HTTP\/1.1 200 .*anonymous/s);
    const rest = `GET http://127.0.0.1/v1/connections HTTP/1.1\r\nHost: a${end}`;
    expect(await raw(rest)).toMatch(/^HTTP\/1.1 401 /);
  });
});

test('an unknown Expect header is ignored', async () => {
  const answer = await raw(`GET /v1/nothing HTTP/1.1\r\nHost: a\r\nExpect: 200-ok${end}`);
  expect(answer).toMatch(/^HTTP\/1.1 404 .*"code":"not_found"/s);
  expect(answer).toMatch(/^X-Request-Id: /im);
});

describe('OPTIONS', () => {
  test.each(['Host: a', 'X: y'])('of * lists the methods of the server (%s)', async (header) => {
    const answer = await raw(`OPTIONS * HTTP/1.1\r\n${header}${end}`);
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
    expect(answer).toMatch(/^Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r$/m);
  });

  test('is the only method for *', async () => {
    expect(await raw(`GET * HTTP/1.1\r\nHost: a${end}`)).toMatch(/^HTTP\/1.1 400 /);
  });

  test.each(['/graphql', '/v1/connections', '/health', '/connect'])(
    'of %s lists the methods',
    async (path) => {
      const { status, headers } = await server.send({ method: 'OPTIONS', path });
      expect([status, headers.allow]).toEqual([204, expect.stringMatching(/GET, .*OPTIONS/)]);
    },
  );
});

describe('a request that Node cannot parse gets a body and a request id:', () => {
  test('431 for large headers', async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(20_000)}${end}`);
    expect(answer).toMatch(/^HTTP\/1.1 431 .*"code":"request_header_fields_too_large"/s);
    expect(answer).toMatch(/^X-Request-Id: [\da-f-]{36}\r$/m);
    expect(answer).toMatch(/^X-Content-Type-Options: nosniff\r$/m);
  });

  test.each(['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n'])(
    '400 for %j',
    async (text) => {
      const answer = await raw(text);
      expect(answer).toMatch(/^HTTP\/1.1 400 .*"code":"bad_request"/s);
      expect(answer).toMatch(/^X-Request-Id: [\da-f-]{36}\r$/m);
    },
  );
});
