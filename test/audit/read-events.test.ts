import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type Events = {
  auditEvents: {
    nodes: { action: string; connectionId: string | null; at: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount: number;
  };
};

const document = `query($projectId: ID, $connectionId: ID, $first: Int, $after: String) {
  auditEvents(projectId: $projectId, connectionId: $connectionId, first: $first, after: $after) {
    nodes { id at action actor connectionId ip requestId detail } totalCount
    pageInfo { hasNextPage endCursor } } }`;

const read = (variables: object, key?: string) =>
  server.graphql<Events>(document, { ...variables }, key);

const actions = ({ data }: { data: Events }) => data.auditEvents.nodes.map(({ action }) => action);

test('the events of a deleted connection are listed newest first', async () => {
  const { id } = await createConnection(server);
  await fetchConfig(server, id);
  await server.rest('DELETE', `/v1/connections/${id}`);
  const happened = ['connection.delete', 'credentials.fetch', 'connection.create'];
  expect(actions(await read({ connectionId: id }))).toEqual(happened);
  const { projectId } = server.home;
  expect(actions(await read({ connectionId: id, projectId }))).toEqual(happened);
});

test('events are listed page by page', async () => {
  const { id } = await createConnection(server);
  for (let index = 0; index < 4; index += 1) await fetchConfig(server, id);
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read({
      connectionId: id,
      first: 2,
      after,
    });
    expect(page.data.auditEvents.totalCount).toBe(5);
    seen.push(...actions(page));
    const { hasNextPage, endCursor } = page.data.auditEvents.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  expect(seen).toEqual([...new Array(4).fill('credentials.fetch'), 'connection.create']);
});

test('an admin of the organization sees the events without a project', async () => {
  await createConnection(server);
  const seen = actions(await read({ first: 100 }));
  expect(seen).toContain('access_key.create');
  expect(seen).not.toContain('connection.create');
});

test('an admin of a project sees only the events of that project', async () => {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const key = await server.createKey({ projectId });
  const mine = await createConnection(server, { project_id: projectId });
  const other = await createConnection(server);
  const { data } = await read({}, key);
  expect(data.auditEvents.nodes.map(({ connectionId }) => connectionId)).toEqual([mine.id]);
  expect(actions(await read({ connectionId: other.id }, key))).toEqual([]);
  const { errors } = await read({ projectId: server.home.projectId }, key);
  expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});

test('another organization sees no event', async () => {
  const { id } = await createConnection(server);
  expect(actions(await read({ connectionId: id }, server.stranger.key))).toEqual([]);
  expect(actions(await read({}, server.stranger.key))).toEqual([]);
});

test('an invalid id finds no event', async () => {
  for (const connectionId of [randomUUID(), 'x', '\u0000', '\ud800']) {
    expect(actions(await read({ connectionId }))).toEqual([]);
  }
});
