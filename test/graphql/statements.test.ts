import { beforeAll, expect, test } from 'vitest';
import { authenticate } from '../../src/core/access/authenticate.ts';
import { perform } from '../../src/core/operations/perform.ts';
import { fetchCredentials } from '../../src/features/connections/fetch-credentials.operation.ts';
import { seedApp } from '../helpers/apps.ts';
import { createConnection, fetchConfig, newConnection } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf as allStatementsOf } from '../helpers/statements.ts';

/* The number of statements of the main queries, for any number of rows. The time of last use is written later. */
const statementsOf = async (work: () => Promise<unknown>) =>
  (await allStatementsOf(work)).filter((text) => !text.includes('SET last_used_at'));

const server = useServer();
let ids: string[];
beforeAll(async () => {
  ids = [];
  for (let index = 0; index < 20; index += 1) ids.push((await createConnection(server)).id);
});

test('a list of 20 connections with config and project takes 2 statements', async () => {
  const document = `query($id: ID) { connections(projectId: $id) { nodes {
    id name config secretFields connectionType { label } project { name redirectUrls } } } }`;
  const statements = await statementsOf(async () => {
    const { data, errors } = await server.graphql<{ connections: { nodes: object[] } }>(document, {
      id: server.home.projectId,
    });
    expect(errors).toEqual([]);
    expect(data.connections.nodes).toHaveLength(20);
  });
  expect(statements.length, statements.join('\n\n')).toBe(2); // who calls, the rows with their project
});

test('the total takes no statement of its own, and the organization takes one more', async () => {
  const nodes = 'nodes { id project { name organization { name } } }';
  for (const total of [
    'totalCount',
    'n: totalCount',
    '... on ConnectionPage { totalCount }',
    '...T',
  ]) {
    const document = `query($id: ID) { connections(projectId: $id) { ${total} ${nodes} } }
      fragment T on ConnectionPage { totalCount }`;
    const sent = total === '...T' ? document : document.split('fragment T')[0];
    const statements = await statementsOf(async () => {
      const { errors } = await server.graphql(sent ?? '', { id: server.home.projectId });
      expect(errors).toEqual([]);
    });
    expect(statements.length).toBe(3);
  }
});

test('a REST list with its total takes 2 statements', async () => {
  const path = `/v1/connections?project_id=${server.home.projectId}`;
  expect(await statementsOf(() => server.rest('GET', path))).toHaveLength(2);
});

test('one connection takes 2 statements', async () => {
  const path = `/v1/connections/${ids[0]}`;
  expect(await statementsOf(() => server.rest('GET', path))).toHaveLength(2);
});

test('fetching credentials takes 3 statements with the audit event', async () => {
  const statements = await statementsOf(() => fetchConfig(server, ids[0] ?? ''));
  expect(statements).toHaveLength(3);
});

test('to store a connection takes 3, and to change one 3', async () => {
  const body = newConnection(server);
  const storing = await statementsOf(() => server.rest('POST', '/v1/connections', { body }));
  expect(storing, storing.join('\n\n')).toHaveLength(3); // who calls, the project, the row
  const { type, config } = body;
  const path = `/v1/connections/${ids[0]}`;
  const changing = await statementsOf(() => server.rest('PUT', path, { body: { type, config } }));
  expect(changing, changing.join('\n\n')).toHaveLength(3); // who calls, the row, the row again
});

test('60 concurrent fetches of credentials share 2 statements and one for the caller', async () => {
  const { deps, adminKey } = server;
  const viewer = await authenticate(deps, `Bearer ${adminKey}`);
  const context = { deps, viewer, request: { id: 'concurrent', ip: null }, app: null };
  const sixty = Array.from({ length: 60 }, (_, index) => ids[index % 20] ?? '');
  const fetching = await statementsOf(() =>
    Promise.all(sixty.map((id) => perform(fetchCredentials, context, { id }))),
  );
  expect(fetching).toHaveLength(2);
  const asking = await statementsOf(() =>
    Promise.all(sixty.map(() => authenticate(deps, `Bearer ${adminKey}`))),
  );
  expect(asking).toHaveLength(1);
});

test('the keys of a project with their projects take 3 statements', async () => {
  const { projectId } = server.home;
  for (let index = 0; index < 5; index += 1) await server.createKey({ projectId });
  const document = `query($id: ID!) { project(id: $id) { name accessKeys { nodes { name project { name } } } } }`;
  const statements = await statementsOf(async () => {
    const { errors } = await server.graphql(document, { id: projectId });
    expect(errors).toEqual([]);
  });
  expect(statements.length).toBeLessThanOrEqual(3);
});

test('the connections of many projects take a fixed number of statements', async () => {
  for (let index = 0; index < 10; index += 1) {
    const project_id = await seedProject(server.deps.db, server.home.organizationId);
    await createConnection(server, { project_id });
  }
  const document = `{ viewer { organization { projects { nodes { connections(first: 3) { nodes { id } } } } } } }`;
  const statements = await statementsOf(async () => {
    const { errors } = await server.graphql(document);
    expect(errors).toEqual([]);
  });
  expect(statements.length).toBeLessThanOrEqual(5);
});

test('the apps and the keys of many projects take a fixed number of statements, and each project gets its own', async () => {
  const { db } = server.deps;
  for (let index = 0; index < 8; index += 1) {
    const projectId = await seedProject(db, server.home.organizationId, `many ${index}`);
    for (let app = 0; app < index; app += 1) await seedApp(db, projectId);
    await server.createKey({ projectId, name: `of many ${index}` });
  }
  type Listed = { name: string; apps: { nodes: { id: string }[]; totalCount: number } };
  type Keys = { accessKeys: { nodes: { name: string }[]; totalCount: number } };
  type Data = { viewer: { organization: { projects: { nodes: (Listed & Keys)[] } } } };
  const document = `{ viewer { organization { projects(first: 8) { nodes { name
    apps(first: 3) { totalCount nodes { id name project { name } requirements { title } } }
    accessKeys(first: 2) { totalCount nodes { name } } } } } } }`;
  const listed: (Listed & Keys)[] = [];
  const statements = await statementsOf(async () => {
    const { data, errors } = await server.graphql<Data>(document);
    expect(errors).toEqual([]);
    listed.push(...data.viewer.organization.projects.nodes);
  });
  // who calls, the organization, its projects, two lists and two totals
  expect(statements.length, statements.join('\n\n')).toBeLessThanOrEqual(7);
  for (const { name, apps, accessKeys } of listed) {
    const index = Number(name.replace('many ', ''));
    expect([name, apps.totalCount, apps.nodes.length]).toEqual([name, index, Math.min(index, 3)]);
    const keys = { totalCount: 1, nodes: [{ name: `of ${name}` }] };
    expect(accessKeys).toEqual(keys);
  }
  expect(new Set(listed.flatMap(({ apps }) => apps.nodes.map(({ id }) => id))).size).toBe(18);
});
