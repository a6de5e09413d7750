import { describe, expect, test } from 'vitest';
import { closeStreams } from '../../src/core/changes/open-stream.ts';
import { authorization } from '../helpers/clients.ts';
import { createConnection } from '../helpers/connections.ts';
import { startTestServer, useServer } from '../helpers/server.ts';
import { kindsOf, watchConnections } from '../helpers/subscription.ts';

const server = useServer({ env: { LIMIT_SUBSCRIPTIONS: '1', LIMIT_TOKENS: '200' } });

type Options = { key?: string | null; accept?: string; body?: string };

/** Posts to `/graphql` as a client that waits for events. */
async function post(query: string, { key, accept = 'text/event-stream', body }: Options = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      ...authorization(key === undefined ? server.adminKey : key),
      'content-type': 'application/json',
      accept,
    },
    body: body ?? JSON.stringify({ query }),
  });
  const type = response.headers.get('content-type')?.split(';')[0];
  return { status: response.status, type, text: await response.text() };
}

const subscription = (selection = 'kind', project = server.home.projectId) =>
  `subscription { connectionChanged(projectId: "${project}") { ${selection} } }`;

/** The code of the one event before `complete`, after comments. */
function codeOf(text: string): unknown {
  const [, data = ''] =
    /^(?::\n\n)*event: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(text) ?? [];
  const result = JSON.parse(data) as { errors: { extensions: Record<string, unknown> }[] };
  expect(result).not.toHaveProperty('data');
  expect(result.errors[0]?.extensions).not.toHaveProperty('http');
  return result.errors[0]?.extensions.code;
}

describe('refuses with one event and `complete`, as 200', () => {
  test.each<
    [string, string, () => Promise<{ status: number; type?: string | undefined; text: string }>]
  >([
    ['no credential', 'UNAUTHENTICATED', () => post(subscription(), { key: null })],
    ['a bad credential', 'UNAUTHENTICATED', () => post(subscription(), { key: 'nonsense' })],
    ['an unknown project', 'NOT_FOUND', () => post(subscription('kind', crypto.randomUUID()))],
    ['an unknown field', 'BAD_USER_INPUT', () => post(subscription('nothing'))],
    ['a document that is not GraphQL', 'BAD_USER_INPUT', () => post('subscription {')],
    [
      'a document with too many tokens',
      'QUERY_TOO_COMPLEX',
      () => post(subscription('kind '.repeat(200))),
    ],
    ['a body without a query', 'BAD_USER_INPUT', () => post('', { body: '{}' })],
    ['a body that is not JSON', 'BAD_USER_INPUT', () => post('', { body: '{' })],
    [
      'urql’s Accept',
      'NOT_FOUND',
      () =>
        post(subscription('kind', crypto.randomUUID()), {
          accept: 'text/event-stream, multipart/mixed',
        }),
    ],
    [
      'events as the last resort',
      'NOT_FOUND',
      () =>
        post(subscription('kind', crypto.randomUUID()), {
          accept: 'application/json, text/event-stream',
        }),
    ],
    ['a query too', 'UNAUTHENTICATED', () => post('{ projects { totalCount } }', { key: null })],
  ])('%s', async (_what, code, refuse) => {
    const { status, type, text } = await refuse();
    expect([status, type, codeOf(text)]).toEqual([200, 'text/event-stream', code]);
  });

  test('one stream too many', async () => {
    const key = await server.createKey({ role: 'viewer' });
    const first = await watchConnections(server.url, server.home, key);
    const { status, text } = await post(subscription(), { key });
    expect([status, codeOf(text)]).toEqual([200, 'TOO_MANY_REQUESTS']);
    first.close();
  });
});

test('keeps the status of a refused HTTP request and of a JSON client', async () => {
  const large = await post('', { body: ' '.repeat(2_000_000) });
  expect([large.status, large.type]).toEqual([413, 'application/json']);
  const accept = 'application/graphql-response+json';
  expect((await post(subscription(), { key: null, accept })).status).toBe(401);
});

test('responds to a query with one event and `complete`', async () => {
  const { text } = await post('{ __typename }');
  expect(text).toMatch(
    /^(:\n\n)*event: next\ndata: \{"data":\{"__typename":"Query"\}.*\}\n\nevent: complete\n/,
  );
});

test('ends streams without `complete` when the server stops, and opens no new one', async () => {
  const stopping = await startTestServer({}, server);
  const stream = await watchConnections(stopping.url, server.home, server.adminKey);
  const { id } = await createConnection(server);
  expect(kindsOf(await stream.have(1))).toEqual([['CREATED', id]]);
  closeStreams(stopping.deps);
  expect(await stream.ended).toEqual({ complete: false });
  expect(stream.events).toHaveLength(1);
  const late = await watchConnections(stopping.url, server.home, server.adminKey);
  expect(late.status).toBe(503);
  await late.ended;
  await stopping.close();
});
