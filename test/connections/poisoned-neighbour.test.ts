import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createConnection, newConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

/*
 * Concurrent requests share statements, and PostgreSQL fails a whole statement when it rejects
 * one value, so no such value may reach a statement.
 */

const server = useServer();
let id: string;
beforeAll(async () => {
  id = (await createConnection(server)).id;
});

const rejected = [
  ['NUL', '\u0000'],
  ['NUL in a UUID', `${randomUUID().slice(0, 35)}\u0000`],
  ['a malformed UUID', '0190a000-0000-7000-8000-00000000000g'],
  ['a UUID without its end', randomUUID().slice(0, 35)],
  ['a lone surrogate', '\ud800'],
  ['a very long text', 'x'.repeat(100_000)],
] as const;

/** Sends 50 valid requests with a bad one in the middle. */
async function among50<Answer>(good: () => Promise<Answer>, bad: () => Promise<Answer>) {
  const requests = Array.from({ length: 51 }, (_, index) => (index === 25 ? bad() : good()));
  const answers = await Promise.all(requests);
  const [refused] = answers.splice(25, 1);
  if (refused === undefined) throw new Error('There are 51 requests.');
  return { refused, answers };
}

describe('50 valid requests succeed beside a request with', () => {
  test.each(rejected)('%s for an id, over GraphQL', async (_what, value) => {
    const document = `mutation($id: ID!) { fetchCredentials(input: {id: $id}) { __typename } }`;
    const fetch = (wanted: string) => server.graphql(document, { id: wanted });
    const { refused, answers } = await among50(
      () => fetch(id),
      () => fetch(value),
    );
    expect(refused.data).toEqual({ fetchCredentials: { __typename: 'NotFoundError' } });
    for (const { data } of answers) {
      expect(data).toEqual({ fetchCredentials: { __typename: 'Credentials' } });
    }
  });

  test.each(rejected)('%s for an id, over REST', async (_what, value) => {
    const text = encodeURIComponent(value.toWellFormed().slice(0, 4_000));
    const fetch = (wanted: string) => server.rest('POST', `/v1/connections/${wanted}/credentials`);
    const { refused, answers } = await among50(
      () => fetch(id),
      () => fetch(text),
    );
    expect(refused.status).toBe(404);
    expect(answers.map(({ status }) => status)).toEqual(new Array(50).fill(200));
  });

  test.each(rejected)('%s for a credential', async (_what, value) => {
    const printable = Buffer.from(value.slice(0, 4_000))
      .toString('latin1')
      .replace(/\p{Cc}/gu, '');
    const read = (key: string) => server.rest('GET', `/v1/connections/${id}`, { key });
    const { refused, answers } = await among50(
      () => read(server.adminKey),
      () => read(printable || 'x'),
    );
    expect(refused.status).toBe(401);
    expect(answers.map(({ status }) => status)).toEqual(new Array(50).fill(200));
  });

  test.each(rejected)('%s for a name to search, over GraphQL', async (what, value) => {
    const document = `query($id: ID!, $search: String) {
      connections(projectId: $id, filter: {search: $search}) { totalCount } }`;
    const ask = (search: string) => server.graphql(document, { id: server.home.projectId, search });
    const { refused, answers } = await among50(
      () => ask('conn'),
      () => ask(value),
    );
    const isText = what.includes('without') || what.includes('malformed');
    if (isText) expect(refused.data).toEqual({ connections: { totalCount: 0 } });
    else expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    for (const { data } of answers) expect(data).toEqual({ connections: { totalCount: 1 } });
  });

  test.each(rejected)('%s for a new name, over REST', async (what, value) => {
    const post = (name: string) =>
      server.rest('POST', '/v1/connections', { body: newConnection(server, { name }) });
    const good = () => server.rest('GET', `/v1/connections/${id}`);
    const { refused, answers } = await among50(good, () => post(value));
    const isText = what.includes('without') || what.includes('malformed');
    expect(refused.status).toBe(isText ? 201 : 400);
    expect(answers.map(({ status }) => status)).toEqual(new Array(50).fill(200));
    if (!isText) return;
    const where = { projectId: server.home.projectId, name: value };
    await server.deps.db.connection.deleteMany({ where });
  });
});

test('each of the 50 requests is audited, and the bad one as refused', async () => {
  const { db } = server.deps;
  const before = await db.auditEvent.count({ where: { action: 'credentials.fetch' } });
  const fetch = (wanted: string) => server.rest('POST', `/v1/connections/${wanted}/credentials`);
  const { answers, refused } = await among50(
    () => fetch(id),
    () => fetch('%00'),
  );
  expect(await db.auditEvent.count({ where: { action: 'credentials.fetch' } })).toBe(before + 50);
  const ids = answers.map(({ headers }) => String(headers['x-request-id']));
  expect(await db.auditEvent.count({ where: { requestId: { in: ids } } })).toBe(50);
  const refusal = await db.auditEvent.findFirstOrThrow({
    where: { requestId: String(refused.headers['x-request-id']) },
  });
  expect(refusal).toMatchObject({ action: 'credentials.fetch.refused', connectionId: null });
});
