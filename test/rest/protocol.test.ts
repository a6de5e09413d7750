import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { authorization } from '../helpers/clients.ts';
import { createConnection, type Failure, newConnection } from '../helpers/connections.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const server = useServer();

const collection = '/v1/connections';

describe('X-Request-Id', () => {
  test.each([
    ['a success', 'GET', '/health', 200],
    ['no credential', 'GET', collection, 401],
    ['no such path', 'GET', '/v1/nothing', 404],
    ['no such method', 'PATCH', collection, 405],
    ['OPTIONS', 'OPTIONS', collection, 204],
  ])('is on %s', async (_what, method, path, status) => {
    const answer = await server.rest(method, path, { key: null });
    expect(answer.status).toBe(status);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is made by the server when an untrusted peer sends one', async () => {
    const headers = { 'x-request-id': 'mine', 'x-forwarded-for': '203.0.113.9' };
    const answer = await server.rest('GET', '/health', { headers });
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  test('comes from a trusted proxy, like the client’s address', async () => {
    const proxied = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' });
    try {
      const forwarded = '198.51.100.1, 203.0.113.9, 10.1.2.3';
      const headers = { 'x-request-id': 'from-the-proxy', 'x-forwarded-for': forwarded };
      const answer = await proxied.rest('GET', '/health', { headers });
      expect(answer.headers['x-request-id']).toBe('from-the-proxy');
      const line = proxied.logged().find(({ requestId }) => requestId === 'from-the-proxy');
      expect(line).toMatchObject({ ip: '203.0.113.9', path: '/health', status: 200 });
    } finally {
      await proxied.close();
    }
  });
});

describe('methods', () => {
  const id = randomUUID();

  test.each([
    [collection, 'DELETE', 'POST, GET, HEAD, OPTIONS'],
    [collection, 'PATCH', 'POST, GET, HEAD, OPTIONS'],
    [`${collection}/${id}`, 'POST', 'GET, HEAD, PUT, DELETE, OPTIONS'],
    [`${collection}/${id}/credentials`, 'GET', 'POST, OPTIONS'],
    [`${collection}/${id}/credentials`, 'HEAD', 'POST, OPTIONS'],
    ['/v1/openapi.json', 'POST', 'GET, HEAD, OPTIONS'],
    ['/health', 'POST', 'GET, HEAD, OPTIONS'],
    ['/ready', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'PUT', 'GET, HEAD, OPTIONS'],
  ])('%s with %s is 405 before the credential is checked', async (path, method, allow) => {
    const { status, headers, json } = await server.rest<Failure>(method, path, { key: null });
    expect(status).toBe(405);
    expect(sorted(headers.allow)).toEqual(sorted(allow));
    if (method !== 'HEAD') expect(json.error.code).toBe('method_not_allowed');
  });

  test.each([
    [collection, 'POST, GET, HEAD, OPTIONS'],
    [`${collection}/${id}`, 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['/v1/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/health', 'GET, HEAD, OPTIONS'],
  ])('OPTIONS %s lists the methods', async (path, allow) => {
    const { status, headers, text } = await server.rest('OPTIONS', path, { key: null });
    expect(status).toBe(204);
    expect(sorted(headers.allow)).toEqual(sorted(allow));
    expect(text).toBe('');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('HEAD responds like GET without a body', async () => {
    const created = await createConnection(server);
    for (const path of [
      `${collection}/${created.id}`,
      `${collection}?project_id=${created.project_id}`,
    ]) {
      const got = await server.rest('GET', path);
      const head = await server.rest('HEAD', path);
      expect(head.status).toBe(200);
      expect(head.text).toBe('');
      expect(head.headers['content-type']).toBe(got.headers['content-type']);
    }
    expect(await server.rest('HEAD', `${collection}/${randomUUID()}`)).toMatchObject({
      status: 404,
    });
    expect(await server.rest('HEAD', collection, { key: null })).toMatchObject({ status: 401 });
  });

  const sorted = (list: string | undefined) => list?.split(/, ?/).sort();
});

describe('paths', () => {
  test.each([
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/connections/',
    '/v1/connections/x/y',
    '/V1/connections',
    '/v1//connections',
    '/v1/connections%2F',
    '/',
    '/graphql/',
    '/v1/connections/../../etc/passwd',
  ])('%s is 404 in the error envelope before the credential is checked', async (path) => {
    const { status, json } = await server.rest('GET', path, { key: null });
    expect(status).toBe(404);
    expect(json).toEqual({ error: { code: 'not_found', message: 'Not Found' } });
  });
});

describe('the order of refusals', () => {
  const send = (method: string, path: string, key: string | null, headers: object, body: string) =>
    server.send<Failure>({ method, path, headers: { ...authorization(key), ...headers }, body });
  const text = { 'content-type': 'text/plain' };
  const json = { 'content-type': 'application/json' };
  const huge = 'x'.repeat(1_048_577);

  test('is path 404, method 405, credential 401', async () => {
    expect((await send('POST', '/v1/x', null, text, huge)).status).toBe(404);
    expect((await send('PATCH', collection, null, text, huge)).status).toBe(405);
    expect((await send('POST', collection, null, text, huge)).status).toBe(401);
  });

  test('is then media type 415 and size 413, before the body is read', async () => {
    const viewer = await server.createKey({ role: 'viewer' });
    expect((await send('POST', collection, viewer, text, huge)).status).toBe(415);
    expect((await send('POST', collection, viewer, json, huge)).status).toBe(413);
  });

  test('is then body 400, before role 403, project 404 and name 409', async () => {
    const viewer = await server.createKey({ role: 'viewer' });
    const bad = JSON.stringify({ ...newConnection(server), name: '' });
    expect((await send('POST', collection, viewer, json, bad)).status).toBe(400);
    const { name } = await createConnection(server);
    const elsewhere = newConnection(server, { name, project_id: randomUUID() });
    expect((await server.rest('POST', collection, { key: viewer, body: elsewhere })).status).toBe(
      403,
    );
    expect((await server.rest('POST', collection, { body: elsewhere })).status).toBe(404);
    const taken = newConnection(server, { name });
    expect((await server.rest('POST', collection, { body: taken })).status).toBe(409);
  });

  test('puts the query before the role', async () => {
    const stranger = server.stranger.key;
    const bad = await server.rest('GET', `${collection}?page=0`, { key: stranger });
    expect(bad.status).toBe(400);
  });
});

test('puts a bad credential first also when none is needed', async () => {
  for (const path of ['/v1/openapi.json']) {
    const answer = await server.rest('GET', path, { key: 'nonsense' });
    expect([path, answer.status]).toEqual([path, 401]);
  }
});

describe('CORS', () => {
  const origin = 'https://app.example';
  const open = useServer({ env: { CORS_ORIGINS: `${origin}, http://localhost:3000` } });

  test('allows a preflight from a listed origin', async () => {
    const headers = {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    };
    const answer = await open.rest('OPTIONS', `${collection}/x`, { key: null, headers });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    expect(answer.headers['access-control-allow-methods']).toContain('PUT');
    expect(answer.headers['access-control-allow-headers']).toContain('authorization');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('does not allow any other origin', async () => {
    const headers = { origin: 'https://evil.example' };
    const answer = await open.rest('GET', collection, { key: null, headers });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('every response varies by origin, also a refusal', async () => {
    const answer = await open.rest('GET', collection, { key: null, headers: { origin } });
    expect(answer.status).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    expect(answer.headers.vary).toMatch(/origin/i);
  });

  test('GraphQL allows the same origins', async () => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = await open.rest('OPTIONS', '/graphql', { key: null, headers });
    expect([200, 204]).toContain(answer.status);
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
  });
});
