import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { authorization } from '../helpers/clients.ts';
import { type Failure, openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

/** Milliseconds: far more than a bounded request takes, far less than an unbounded one. */
const soon = 1_000;

async function post(path: string, body: string) {
  const begun = performance.now();
  const headers = { ...authorization(server.adminKey), 'content-type': 'application/json' };
  const { status, json, text } = await server.send<Failure>({
    method: 'POST',
    path,
    headers,
    body,
  });
  expect(performance.now() - begun).toBeLessThan(soon);
  expect(text.length).toBeLessThan(30_000);
  expect(text).not.toContain(canary());
  return { status, details: json.error.details as Record<string, string> };
}

const create = (config: string) =>
  post(
    '/v1/connections',
    `{"project_id":"${server.home.projectId}","name":"n","type":"${openAi}","config":${config}}`,
  );
const keys = (count: number, value = '1') =>
  `{${Array.from({ length: count }, (_, n) => `"k${n.toString(36)}":${value}`).join()}}`;
const list = (count: number, item: string) => `[${Array(count).fill(item).join()}]`;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

const tooMany = (what: string) => `cannot hold more than 1000 ${what}`;
const tooDeep = 'cannot be nested more than 32 levels deep';

describe('JSON over a bound is refused before it is checked, at its path', () => {
  test.each([
    ['500,000 items', () => list(450_000, '1'), { 'config.a': tooMany('items') }],
    ['1,001 items', () => list(1_001, '1'), { 'config.a': tooMany('items') }],
    ['120,000 keys', () => keys(90_000), { 'config.a': tooMany('fields') }],
    ['1,001 keys', () => keys(1_001), { 'config.a': tooMany('fields') }],
    ['deep lists', () => nested(450_000), { 'config.a': tooDeep }],
    [
      'many small lists',
      () => list(400, list(900, '1')),
      { body: 'cannot hold more than 10000 values altogether' },
    ],
    ['a secret in a list', () => list(2_000, `"${canary()}"`), { 'config.a': tooMany('items') }],
    ['wrong punctuation', () => '[}'.repeat(4_000), { body: 'must be JSON' }],
    [
      'a value where a key belongs',
      () => `{"k":"${canary()}":${nested(40)}}`,
      { 'config.a.k': tooDeep },
    ],
    [
      'brackets in text',
      () => `"${'\\"'.repeat(200_000)}${'['.repeat(2_000)}"`,
      { 'config.a': 'is not a known field', 'config.api_key': 'cannot be blank' },
    ],
  ])('%s', async (_what, value, details) => {
    const { status, details: told } = await create(`{"a":${value()}}`);
    expect(status).toBe(400);
    expect(told).toEqual(details);
  });

  test('a body that is a list or nested too deep is refused', async () => {
    const asked = await Promise.all(
      [list(2_000, '1'), nested(2_000)].map((body) => post('/v1/connections', body)),
    );
    expect(asked.map(({ details }) => details)).toEqual([
      { body: tooMany('items') },
      { body: tooDeep },
    ]);
  });

  test('a list of 1,000 items and 32 levels is within the bounds', async () => {
    const { details } = await create(`{"a":${list(1_000, '1')},"b":${nested(30)}}`);
    expect(details).toMatchObject({ 'config.a': 'is not a known field' });
  });
});

describe('the number of complaints', () => {
  test('is 100 at most, and one more entry counts the rest', async () => {
    const { details } = await create(keys(980));
    expect(Object.keys(details)).toHaveLength(101);
    expect(details['']).toBe('and 881 more'); // api_key is missing too
  });

  test('is 100 and one more entry for 101 complaints', async () => {
    const { details } = await create(keys(100));
    expect(details['']).toBe('and 1 more');
  });

  test('is the same over GraphQL', async () => {
    const query = `mutation($input: CreateConnectionInput!) {
      createConnection(input: $input) { ... on InvalidInputError { message fields { path message } } }
    }`;
    const config = JSON.parse(keys(500)) as object;
    const input = { projectId: server.home.projectId, name: 'n', type: openAi, config };
    const { json } = await server.send<{
      data: { createConnection: { message: string; fields: { path: string; message: string }[] } };
    }>({
      method: 'POST',
      path: '/graphql',
      headers: { ...authorization(server.adminKey), 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { message, fields } = json.data.createConnection;
    expect(fields).toHaveLength(101);
    expect(fields.at(-1)).toEqual({ path: '', message: 'and 401 more' });
    expect(message).toMatch(/; and 401 more\.$/);
  });

  test('a path shows the beginning of a long key', async () => {
    const { details } = await create(`{"${'k'.repeat(500_000)}":1}`);
    expect(Object.keys(details).map((path) => path.length)).toEqual([14, 201]);
  });
});
