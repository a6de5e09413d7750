import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  anyOAuth,
  type ConnectionJson,
  createConnection,
  type Failure,
  google,
  makeSystem,
  openAi,
} from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type List = {
  data: ConnectionJson[];
  pagination: { page: number; page_size: number; page_count: number; total_count: number };
};

const list = (query: Record<string, string>, key?: string) =>
  server.rest<List & Failure>('GET', `/v1/connections?${new URLSearchParams(query)}`, { key });

/** Makes a project with connections of these names, oldest first. */
async function projectWith(...names: string[]): Promise<string> {
  const project_id = await seedProject(server.deps.db, server.home.organizationId);
  for (const name of names) await createConnection(server, { name, project_id });
  return project_id;
}

const names = ({ json }: { json: List }) => json.data.map(({ name }) => name);

test('the list is newest first, with 20 connections a page', async () => {
  const created = Array.from({ length: 22 }, (_, index) => `connection ${index}`);
  const project_id = await projectWith(...created);
  const first = await list({ project_id });
  expect(names(first)).toEqual(created.toReversed().slice(0, 20));
  expect(first.json.pagination).toEqual({ page: 1, page_size: 20, page_count: 2, total_count: 22 });
  const second = await list({ project_id, page: '2' });
  expect(names(second)).toEqual(['connection 1', 'connection 0']);
  expect(second.json.pagination.page).toBe(2);
});

test('a connection is the same in a list and when it is read alone', async () => {
  const project_id = await projectWith('one');
  const { json } = await list({ project_id });
  const [row] = json.data;
  const alone = await server.rest('GET', `/v1/connections/${row?.id}`);
  expect(alone.json).toEqual({ data: row });
});

test('pages do not overlap, and a page past the end is empty', async () => {
  const project_id = await projectWith('a', 'b', 'c');
  const pages = await Promise.all(
    ['1', '2', '3'].map((page) => list({ project_id, page, page_size: '2' })),
  );
  expect(pages.map(names)).toEqual([['c', 'b'], ['a'], []]);
  const pagination = { page_size: 2, page_count: 2, total_count: 3 };
  expect(pages[2]?.json.pagination).toEqual({ page: 3, ...pagination });
});

test('an empty project has no pages', async () => {
  const { status, json } = await list({ project_id: await projectWith() });
  expect(status).toBe(200);
  const pagination = { page: 1, page_size: 20, page_count: 0, total_count: 0 };
  expect(json).toEqual({ data: [], pagination });
});

describe('the project', () => {
  test('may be left out with a key of one project', async () => {
    const projectId = await projectWith('mine');
    const key = await server.createKey({ role: 'viewer', projectId });
    expect(names(await list({}, key))).toEqual(['mine']);
  });

  test('is required with any other key: 400 at project_id', async () => {
    const { status, json } = await list({});
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ details: { project_id: expect.any(String) } });
    expect(Object.keys(json.error.details ?? {})).toEqual(['project_id']);
  });

  test('that does not exist is 404, even on a page past the end', async () => {
    for (const page of ['1', '400']) {
      const { status, text } = await list({ project_id: randomUUID(), page });
      expect(status).toBe(404);
      expect(text).toBe('{"error":{"code":"not_found","message":"Not Found"}}');
    }
  });
});

describe('filters', () => {
  test('select by type and by status, also together', async () => {
    const project_id = await projectWith('openai');
    await createConnection(server, { project_id, name: 'google', type: google, config: {} });
    const addresses = { authorization_url: 'https://a.example', token_url: 'https://t.example' };
    const config = { ...addresses, client_id: 'c' };
    await createConnection(server, { project_id, name: 'any', type: anyOAuth, config });
    expect(names(await list({ project_id, type: openAi }))).toEqual(['openai']);
    expect(names(await list({ project_id, status: 'incomplete' }))).toEqual(['any', 'google']);
    expect(names(await list({ project_id, status: 'incomplete', type: google }))).toEqual([
      'google',
    ]);
    const none = await list({ project_id, type: 'dynamiq.connections.Nothing' });
    expect(none.json).toMatchObject({ data: [], pagination: { total_count: 0 } });
  });

  test('leave out system-managed connections unless include_system is true', async () => {
    const project_id = await projectWith('mine', 'system');
    const { json } = await list({ project_id, search: 'system' });
    await makeSystem(server, json.data[0]?.id ?? '');
    expect(names(await list({ project_id }))).toEqual(['mine']);
    expect(names(await list({ project_id, include_system: 'false' }))).toEqual(['mine']);
    const all = await list({ project_id, include_system: 'true' });
    expect(all.json.data).toMatchObject([
      { name: 'system', is_system: true, config: null },
      { name: 'mine', is_system: false, config: { url: expect.any(String) } },
    ]);
    expect(all.json.pagination.total_count).toBe(2);
  });

  test('ignore unknown parameters', async () => {
    const project_id = await projectWith('a');
    expect(names(await list({ project_id, sort: 'name', __proto__: '1' }))).toEqual(['a']);
  });
});

describe('search', () => {
  test.each([
    [
      'has any case',
      ['Production', 'production 2', 'Staging'],
      'PROD',
      ['production 2', 'Production'],
    ],
    ['begins the name', ['my prod', 'prod'], 'prod', ['prod']],
    ['takes % and _ as they are', ['100%', '100 percent', 'a_b', 'axb'], '100%', ['100%']],
    ['takes _ as it is', ['a_b', 'axb', 'a_bc'], 'A_B', ['a_bc', 'a_b']],
    ['takes a backslash as it is', ['a\\b', 'ab'], 'a\\', ['a\\b']],
    ['knows letters beyond ASCII', ['Éclair', 'eclair', 'ÉCLAT'], 'écla', ['ÉCLAT', 'Éclair']],
    ['knows letters beyond the BMP', ['𐐀𐐁 x', '𐐨𐐩 y'], '𐐀𐐩', ['𐐨𐐩 y', '𐐀𐐁 x']],
    ['finds a Greek sigma wherever it stands', ['ΟΔΟΣΑ', 'οδος'], 'ΟΔΟΣ', ['οδος', 'ΟΔΟΣΑ']],
    ['finds the last character there is', ['a\u{10FFFF}b', 'ab'], 'a\u{10FFFF}', ['a\u{10FFFF}b']],
    ['is no name in itself when empty', ['a', 'b'], '', ['b', 'a']],
    ['is left out when it is blank', ['a', 'b'], ' \u200b', ['b', 'a']],
    ['is composed as names are', ['Am\u00e9lie', 'Ame'], 'AME\u0301', ['Am\u00e9lie']],
    ['ignores invisible characters', ['my prod', 'x'], '\ufeffmy\u00a0 p', ['my prod']],
    ['matches nothing', ['a', 'b'], 'c', []],
  ])('%s', async (_what, created, search, found) => {
    const project_id = await projectWith(...created);
    const answer = await list({ project_id, search });
    expect(names(answer)).toEqual(found);
    expect(answer.json.pagination.total_count).toBe(found.length);
  });
});

test('blank parameters count as absent', async () => {
  const project_id = await projectWith('one');
  const blank = { type: '', status: ' ', search: '', include_system: '', page: '', page_size: ' ' };
  const { status, json } = await list({ project_id, ...blank });
  expect([status, json.pagination?.page_size]).toEqual([200, 20]);
  expect(names({ json })).toEqual(['one']);
});

describe('a bad query', () => {
  test.each([
    ['page', '0'],
    ['page', '-1'],
    ['page', '1.5'],
    ['page', 'x'],
    ['page', '1e3'],
    ['page', '0x10'],
    ['page_size', '1e1'],
    ['page_size', '0x10'],
    ['page', ' 1'],
    ['page', '99999999999999999999'],
    ['page_size', '0'],
    ['page_size', '101'],
    ['page_size', '-5'],
    ['page_size', 'ten'],
    ['include_system', 'yes'],
    ['include_system', 'TRUE'],
    ['status', 'ACTIVE'],
    ['status', 'deleted'],
    ['project_id', 'x'],
    ['project_id', ''],
    ['project_id', '0190a000-0000-7000-8000-00000000000g'],
    ['search', 'a\u0000b'],
    ['type', '\u0000'],
    ['search', 'x'.repeat(501)],
  ])('%s=%s is 400 at its name', async (name, value) => {
    const { status, json } = await list({ project_id: server.home.projectId, [name]: value });
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code: 'bad_request', message: 'Bad Request' });
    expect(Object.keys(json.error.details ?? {})).toEqual([name]);
  });

  test('names every bad parameter at once', async () => {
    const { json } = await list({ project_id: 'x', page: '0', page_size: '0', status: 'x' });
    const named = Object.keys(json.error.details ?? {}).sort();
    expect(named).toEqual(['page', 'page_size', 'project_id', 'status']);
  });

  test('in bytes that are not UTF-8 gets a response and does not break the server', async () => {
    const path = `/v1/connections?project_id=${server.home.projectId}&search=`;
    for (const bytes of ['%ED%A0%80', '%FF', '%C0%80', '%', '%zz']) {
      const { status } = await server.rest('GET', `${path}${bytes}`);
      expect([200, 400]).toContain(status);
    }
  });
});

describe('page numbers', () => {
  test.each([
    ['501', '20', 400],
    ['500', '20', 200],
    ['101', '100', 400],
    ['100', '100', 200],
    ['10001', '1', 400],
    ['3334', '3', 200],
    ['3335', '3', 400],
  ])('page %s of %s rows: %i', async (page, page_size, status) => {
    const answer = await list({ project_id: server.home.projectId, page, page_size });
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.json.error.details).toEqual({ page: expect.stringContaining('cursors') });
  });
});
