import { describe, expect, test } from 'vitest';
import { authorization, graphqlJson } from '../helpers/clients.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const viewer = JSON.stringify({ query: '{ viewer { kind } }' });

const post = (
  body: string | Uint8Array,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  server.send<{ errors?: object[]; data?: unknown }>({
    method: 'POST',
    path: '/graphql',
    headers: { ...authorization(server.adminKey), accept: graphqlJson, ...headers },
    body,
  });

test('an operation returns JSON with the id of the request', async () => {
  const { status, json, headers } = await post(viewer);
  expect(status).toBe(200);
  expect(json.data).toEqual({ viewer: { kind: 'ACCESS_KEY' } });
  expect(headers['content-type']).toMatch(/^application\/(graphql-response\+)?json/);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-request-id': expect.any(String),
  });
});

describe('a request without an operation is 400 without details', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"query":'],
    ['null', 'null'],
    ['a number', '5'],
    ['text', '"{ viewer { kind } }"'],
    ['an empty object', '{}'],
    ['a query that is not a text', '{"query":5}'],
    ['an empty query', '{"query":""}'],
    ['blank text', '{"query":"  "}'],
    ['no operation', '{"query":"fragment F on Query { __typename }"}'],
    ['two operations without a name', '{"query":"query A { __typename } query B { __typename }"}'],
    ['an unknown operation name', '{"query":"query A { __typename }","operationName":"B"}'],
    ['an operation name that is not a text', '{"query":"{ __typename }","operationName":5}'],
    ['variables that are text', '{"query":"{ __typename }","variables":"x"}'],
    ['variables in a list', '{"query":"{ __typename }","variables":[]}'],
    ['a subscription', '{"query":"subscription { x }"}'],
    ['bytes that are no UTF-8', Buffer.from('{"query":"\xff"}', 'latin1')],
    ['half a million brackets', '['.repeat(500_000)],
    ['deep variables', `{"query":"{ __typename }","variables":${'{"a":'.repeat(100_000)}1`],
  ])('%s', async (_what, body) => {
    const { status, json, text } = await post(body);
    expect(status).toBe(400);
    expect(json.errors?.length).toBeGreaterThan(0);
    expect(json).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(text).not.toMatch(/ at .*\.(ts|js|mjs|cjs)\b|stack/);
  });
});

test('a client that accepts only plain JSON gets 200 for a refused operation and 400 for a missing one', async () => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  expect((await post('{"query":"{ nothing }"}', headers)).status).toBe(200);
  for (const body of ['', '{"query":', '{}', '5', '[]']) {
    expect([body, (await post(body, headers)).status]).toEqual([body, 400]);
  }
});

test('a batch is refused', async () => {
  const { status, json } = await post(`[${viewer},${viewer}]`);
  expect(status).toBe(400);
  expect(Array.isArray(json)).toBe(false);
});

describe('methods', () => {
  test('other than GET and POST are 405 with Allow', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ viewer { kind } }')}`;
    for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const { status, headers } = await server.rest(method, path);
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, POST']);
    }
  });

  test('a browser’s GET returns GraphiQL, which loads everything from this server', async () => {
    const { status, text, headers } = await server.rest('GET', '/graphql', {
      key: null,
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    expect(text).not.toMatch(/(src|href)="https?:/);
  });

  test('OPTIONS allows no origin without CORS_ORIGINS', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await server.rest('OPTIONS', '/graphql', { key: null, headers });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.status).toBeLessThan(500);
  });
});

describe('media types', () => {
  test.each([
    'text/plain',
    'application/graphql',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('%s is 415', async (type) => {
    expect((await post(viewer, { 'content-type': type })).status).toBe(415);
  });

  test('a missing media type is 415', async () => {
    expect((await post(viewer, {})).status).toBe(415);
  });
});

describe('the size', () => {
  const filled = (bytes: number) => viewer + ' '.repeat(bytes - viewer.length);

  test('of 1 MiB is accepted, and of one byte more is 413', async () => {
    expect((await post(filled(1_048_576))).status).toBe(200);
    const { status, json } = await post(filled(1_048_577));
    expect(status).toBe(413);
    expect(json).not.toHaveProperty('data');
  });
});

test('the credential is checked before media type, size and body', async () => {
  const answer = await server.send({
    method: 'POST',
    path: '/graphql',
    headers: { authorization: 'Bearer nonsense', 'content-type': 'text/plain' },
    body: 'x'.repeat(2_000_000),
  });
  expect(answer.status).toBe(401);
});
