import { describe, expect, test } from 'vitest';
import { graphqlJson } from '../helpers/clients.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type Options = { key?: string | null; accept?: string };

const get = (search: string, { key, accept = graphqlJson }: Options = {}) =>
  server.rest<{ data?: unknown; errors?: { extensions: { code: string } }[] }>(
    'GET',
    `/graphql${search}`,
    { key, headers: { accept } },
  );

const searchOf = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

test('runs a query with variables and an operation name', async () => {
  const search = searchOf({
    query:
      'query A { __typename } query B($with: Boolean!) { viewer @include(if: $with) { kind } }',
    operationName: 'B',
    variables: '{"with": true}',
    extensions: '{}',
  });
  const { status, json, headers } = await get(search);
  expect([status, json.data]).toEqual([200, { viewer: { kind: 'ACCESS_KEY' } }]);
  expect(headers['cache-control']).toBe('no-store');
});

test.each([
  ['application/json', 'application/json'],
  ['*/*', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
  [
    'application/json;q=0.5, application/graphql-response+json',
    'application/graphql-response+json',
  ],
  ['application/graphql-response+json;q=0.5, application/json', 'application/json'],
  ['application/graphql-response+json, text/event-stream', 'application/graphql-response+json'],
  ['text/event-stream', 'text/event-stream'],
])('returns to a client that accepts %s the type %s', async (accept, type) => {
  const { status, headers } = await get(searchOf({ query: '{ __typename }' }), { accept });
  expect([status, headers['content-type']?.split(';')[0]]).toEqual([200, type]);
});

test('needs a credential and refuses a bad one', async () => {
  const search = searchOf({ query: '{ projects { totalCount } }' });
  for (const key of [null, 'nonsense']) {
    const { status, json } = await get(search, { key });
    expect([status, json.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('runs no mutation: 405 with "Allow: POST"', async () => {
  const query = `mutation { createProject(input: { name: "by GET" }) { ... on Project { id } } }`;
  for (const accept of [graphqlJson, 'application/json', 'text/event-stream', '*/*']) {
    const { status, headers } = await get(searchOf({ query }), { accept });
    expect([accept, status, headers.allow]).toEqual([accept, 405, 'POST']);
  }
  expect(await server.deps.db.project.findFirst({ where: { name: 'by GET' } })).toBeNull();
});

test('opens a subscription only for a client that accepts events', async () => {
  const query = `subscription { connectionChanged(projectId: "${server.home.projectId}") { kind } }`;
  const search = searchOf({ query });
  expect((await get(search, { accept: 'application/json' })).status).toBe(406);
  const closing = new AbortController();
  const stream = await fetch(`${server.url}/graphql${search}`, {
    headers: { authorization: `Bearer ${server.adminKey}`, accept: 'text/event-stream' },
    signal: closing.signal,
  });
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  closing.abort();
});

describe('refuses with 400 a request without an operation:', () => {
  const query = encodeURIComponent('{ __typename }');
  test.each([
    ['nothing', ''],
    ['an empty search', '?'],
    ['an empty query', '?query='],
    ['no query', '?operationName=A'],
    ['text that is not GraphQL', '?query=%7B'],
    ['two queries', `?query=${query}&query=${query}`],
    ['variables that are not JSON', `?query=${query}&variables=%7B`],
    ['variables that are text', `?query=${query}&variables=%22a%22`],
    ['variables in a list', `?query=${query}&variables=%5B%5D`],
    ['extensions that are not JSON', `?query=${query}&extensions=a`],
    ['extensions that are a number', `?query=${query}&extensions=5`],
    ['the name of no operation', `?query=${query}&operationName=A`],
    ['a broken escape', `?query=${query}&variables=%`],
    ['bytes that are no UTF-8', `?query=${query}%FF`],
    ['many brackets', `?query=${'%7B'.repeat(4_000)}`],
  ])('%s', async (_what, search) => {
    const { status, json } = await get(search);
    expect([status, json.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(json).not.toHaveProperty('data');
  });
});

test('refuses an address over 16 KiB with 431', async () => {
  expect((await get(searchOf({ query: `{ __typename } #${'a'.repeat(10_000)}` }))).status).toBe(
    200,
  );
  expect((await get(searchOf({ query: `{ __typename } #${'a'.repeat(17_000)}` }))).status).toBe(
    431,
  );
});

describe('a query by its hash alone', () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  const refusal = {
    message: 'PersistedQueryNotSupported',
    extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
  };

  test.each([
    ['application/json', 200],
    [graphqlJson, 400],
  ])('is refused so that a client of %s sends the whole query', async (accept, wanted) => {
    const byGet = await get(searchOf({ extensions: JSON.stringify(extensions) }), { accept });
    const byPost = await server.rest('POST', '/graphql', {
      body: { operationName: 'A', variables: {}, extensions },
      headers: { accept },
    });
    for (const { status, json } of [byGet, byPost]) {
      expect([status, json]).toEqual([wanted, { errors: [refusal] }]);
    }
  });

  test('runs when the whole query is sent along', async () => {
    const body = { query: '{ __typename }', extensions };
    const { status, json } = await server.rest('POST', '/graphql', { body });
    expect([status, json]).toMatchObject([200, { data: { __typename: 'Query' } }]);
  });
});
