import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* 25 rows; 10 of them have the same millisecond. */

const server = useServer();
let projectId: string;
let newestFirst: string[];
beforeAll(async () => {
  const { db } = server.deps;
  projectId = await seedProject(db, server.home.organizationId);
  const { id } = await createConnection(server, { project_id: projectId });
  const { id: _id, ...template } = await db.connection.findUniqueOrThrow({ where: { id } });
  await db.connection.deleteMany({ where: { id } });
  const rows = Array.from({ length: 25 }, (_, index) => {
    const createdAt = new Date(1_700_000_000_000 + Math.max(0, index - 9));
    return {
      ...template,
      id: randomUUID(),
      name: `row ${index}`,
      nameFolded: `row ${index}`,
      createdAt,
    };
  });
  await db.connection.createMany({ data: rows });
  newestFirst = rows
    .toSorted((a, b) => Number(b.createdAt) - Number(a.createdAt) || (a.id < b.id ? 1 : -1))
    .map((row) => row.id);
});

type Page = {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

const document = `query($id: ID, $first: Int, $after: String, $last: Int, $before: String, $page: Int) {
  connections(projectId: $id, first: $first, after: $after, last: $last, before: $before, page: $page) {
    edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const ask = (args: object) =>
  server.graphql<{ connections: Page }>(document, { id: projectId, ...args });
const pageOf = async (args: object) => (await ask(args)).data.connections;
const ids = (page: Page) => page.edges.map(({ node }) => node.id);

describe.each([1, 2, 3, 7, 24, 25, 26, 100])('in pages of %i', (size) => {
  test('forward paging returns every row once, newest first', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Page = await pageOf({ first: size, after });
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...ids(page));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(newestFirst);
  });

  test('backward paging returns every row once, in the same order within a page', async () => {
    const seen: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page: Page = await pageOf({ last: size, before });
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      seen.unshift(...ids(page));
      before = page.pageInfo.startCursor;
      if (!page.pageInfo.hasPreviousPage) break;
    }
    expect(seen).toEqual(newestFirst);
  });
});

test('the cursor of any row can begin or end a page', async () => {
  const { edges } = await pageOf({ first: 100 });
  for (const index of [0, 12, 16, 20, 24]) {
    const cursor = edges[index]?.cursor;
    expect(ids(await pageOf({ first: 3, after: cursor }))).toEqual(
      newestFirst.slice(index + 1, index + 4),
    );
    const start = Math.max(0, index - 3);
    expect(ids(await pageOf({ last: 3, before: cursor }))).toEqual(newestFirst.slice(start, index));
  }
  const [after, before] = [edges[15]?.cursor, edges[20]?.cursor];
  expect(ids(await pageOf({ after, before, first: 100 }))).toEqual(newestFirst.slice(16, 20));
});

test('a row that is deleted or added between pages moves no other row', async () => {
  const first = await pageOf({ first: 5 });
  const { id } = await createConnection(server, { project_id: projectId });
  const after = first.pageInfo.endCursor;
  expect(ids(await pageOf({ first: 5, after }))).toEqual(newestFirst.slice(5, 10));
  await server.rest('DELETE', `/v1/connections/${id}`);
});

test('a page has 20 rows by default, and none with first: 0', async () => {
  expect(ids(await pageOf({}))).toEqual(newestFirst.slice(0, 20));
  const none = await pageOf({ first: 0 });
  expect(none).toMatchObject({ edges: [], pageInfo: { hasNextPage: true, startCursor: null } });
});

test('page numbers and cursors select the same rows', async () => {
  const page = await pageOf({ first: 10, page: 2 });
  expect(ids(page)).toEqual(newestFirst.slice(10, 20));
  const after = page.pageInfo.endCursor;
  expect(ids(await pageOf({ first: 10, after }))).toEqual(newestFirst.slice(20));
});

describe('is refused at its argument:', () => {
  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  const id = randomUUID();
  test.each([
    ['first', { first: -1 }],
    ['first', { first: 101 }],
    ['last', { last: 101 }],
    ['last', { last: -5 }],
    ['last', { first: 1, last: 1 }],
    ['page', { page: 0 }],
    ['page', { page: -1 }],
    ['page', { page: 2_147_483_647 }],
    ['page', { page: 501 }],
    ['page', { page: 2, last: 1 }],
    ['page', { page: 2, after: cursor(`1 ${id}`) }],
    ['after', { after: '' }],
    ['after', { after: 'x' }],
    ['after', { after: cursor('1') }],
    ['after', { after: cursor(`x ${id}`) }],
    ['after', { after: cursor(`1 ${id}\u0000`) }],
    ['after', { after: cursor(`-1 ${id}`) }],
    ['after', { after: cursor(`${'9'.repeat(16)} ${id}`) }],
    ['before', { before: '\u0000' }],
    ['before', { before: cursor('1 x') }],
  ])('%s in %j', async (path, args) => {
    const { errors, status } = await ask(args);
    expect(status).toBeLessThan(500);
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', fields: [{ path, message: expect.any(String) }] } },
    ]);
  });

  test('a page is empty when a forged cursor lies outside all dates', async () => {
    for (const time of ['0', '253402300800000', '999999999999999']) {
      const { errors } = await ask({ after: cursor(`${time} ${id}`) });
      expect(errors).toEqual([]);
    }
  });
});

test('counts the connections of a list only when the query selects the total', async () => {
  const list = (fields: string) => () =>
    server.graphql(`query($id: ID) { connections(projectId: $id, first: 5) { ${fields} } }`, {
      id: projectId,
    });
  const sent = vi.spyOn(server.deps, 'sql');
  await list('nodes { id }')();
  await list('nodes { id } totalCount')();
  const lists = sent.mock.calls.filter(([name]) => name === 'list-connections');
  sent.mockRestore();
  const wantsTotal = 11; // the place of q.with_total among the values
  expect(lists.map(([, , values]) => values[wantsTotal])).toEqual([[false], [true]]);
  const { data } = await server.graphql(
    'query($id: ID) { connections(projectId: $id, filter: {search: "ROW 1"}, first: 1) { totalCount } }',
    { id: projectId },
  );
  expect(data).toEqual({ connections: { totalCount: 11 } });
});
