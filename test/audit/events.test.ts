import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../src/platform/db/generated/client.ts';
import { canary, requireNoCanary } from '../helpers/canary.ts';
import {
  createConnection,
  fetchConfig,
  google,
  makeSystem,
  newConnection,
  openAi,
  uniqueName,
} from '../helpers/connections.ts';
import type { Answer } from '../helpers/http.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let actor: string;
beforeAll(async () => {
  const key = await server.deps.db.accessKey.findFirstOrThrow({ where: { name: 'default' } });
  actor = `access_key:${key.id}`;
});
afterAll(async () => {
  requireNoCanary('the audit log', JSON.stringify(await server.deps.db.auditEvent.findMany()));
});

/** Returns the audit events of one request. */
function eventsOf({ headers }: Answer): Promise<AuditEvent[]> {
  const where = { requestId: String(headers['x-request-id']) };
  return server.deps.db.auditEvent.findMany({ where });
}

async function expectOneEvent(answer: Answer, event: object) {
  expect(await eventsOf(answer)).toEqual([
    {
      id: expect.any(String),
      at: expect.any(Date),
      actor,
      organizationId: server.home.organizationId,
      projectId: server.home.projectId,
      connectionId: null,
      ip: '127.0.0.1',
      requestId: answer.headers['x-request-id'],
      detail: null,
      ...event,
    },
  ]);
}

const path = (id: string, suffix = '') => `/v1/connections/${id}${suffix}`;

describe('a write records one event:', () => {
  test('create', async () => {
    const body = newConnection(server);
    const answer = await server.rest<{ data: { id: string } }>('POST', '/v1/connections', { body });
    const connectionId = answer.json.data.id;
    await expectOneEvent(answer, { action: 'connection.create', connectionId });
  });

  test('update', async () => {
    const { id } = await createConnection(server);
    const body = { type: openAi, config: { api_key: canary() } };
    const answer = await server.rest('PUT', path(id), { body });
    await expectOneEvent(answer, { action: 'connection.update', connectionId: id });
  });

  test('delete, which remains after the connection and has its name', async () => {
    const { id, name } = await createConnection(server);
    const answer = await server.rest('DELETE', path(id));
    const event = { action: 'connection.delete', connectionId: id, detail: { name } };
    await expectOneEvent(answer, event);
  });

  test('project.create, project.update', async () => {
    const name = uniqueName('project');
    const made = await server.graphql<{ createProject: { id: string } }>(
      'mutation($name: String!) { createProject(input: {name: $name}) { ... on Project { id } } }',
      { name },
    );
    const { id } = made.data.createProject;
    const detail = { project: id, name };
    await expectOneEvent(made, { action: 'project.create', projectId: null, detail });
    const changed = await server.graphql(
      'mutation($id: ID!) { updateProject(input: {id: $id}) { __typename } }',
      { id },
    );
    await expectOneEvent(changed, { action: 'project.update', projectId: id });
  });

  test('access_key.create, access_key.revoke', async () => {
    const made = await server.graphql<{ createAccessKey: { accessKey: { id: string } } }>(
      `mutation { createAccessKey(input: {name: "k", role: EDITOR}) {
        ... on CreatedAccessKey { accessKey { id } secret } } }`,
    );
    const { id } = made.data.createAccessKey.accessKey;
    const detail = { access_key: id, name: 'k', role: 'editor' };
    await expectOneEvent(made, { action: 'access_key.create', projectId: null, detail });
    const revoked = await server.graphql(
      'mutation($id: ID!) { revokeAccessKey(input: {id: $id}) { __typename } }',
      { id },
    );
    const rest = { access_key: id, name: 'k' };
    await expectOneEvent(revoked, { action: 'access_key.revoke', projectId: null, detail: rest });
  });
});

test('each fetch of credentials records one event over REST and over GraphQL', async () => {
  const { id } = await createConnection(server);
  const event = { action: 'credentials.fetch', connectionId: id };
  await expectOneEvent(await fetchConfig(server, id), event);
  await expectOneEvent(await fetchConfig(server, id.toUpperCase()), event);
  const document = 'mutation($id: ID!) { fetchCredentials(input: {id: $id}) { __typename } }';
  await expectOneEvent(await server.graphql(document, { id }), event);
});

test('each of 30 concurrent fetches records its own event', async () => {
  const { id } = await createConnection(server);
  const answers = await Promise.all(Array.from({ length: 30 }, () => fetchConfig(server, id)));
  const where = { connectionId: id, action: 'credentials.fetch' };
  const events = await server.deps.db.auditEvent.findMany({ where });
  const requests = answers.map(({ headers }) => headers['x-request-id']);
  expect(events.map(({ requestId }) => requestId).sort()).toEqual(requests.sort());
});

test('reading records no event', async () => {
  const { id } = await createConnection(server);
  expect(await eventsOf(await server.rest('GET', path(id)))).toEqual([]);
  const list = `/v1/connections?project_id=${server.home.projectId}`;
  expect(await eventsOf(await server.rest('GET', list))).toEqual([]);
});

describe('a refusal of a valid credential records an event:', () => {
  test('for a role that is too small, in the connection’s project', async () => {
    const { id } = await createConnection(server);
    const key = await server.createKey({ role: 'viewer' });
    const answer = await server.rest('POST', path(id, '/credentials'), { key });
    const [event] = await eventsOf(answer);
    expect(event).toMatchObject({
      action: 'credentials.fetch.refused',
      connectionId: id,
      projectId: server.home.projectId,
      detail: { reason: 'forbidden' },
    });
  });

  test.each([
    ['put', 'connection.update.refused', { type: openAi, config: { api_key: canary() } }],
    ['delete', 'connection.delete.refused', undefined],
  ])('for %s of an unknown connection', async (method, action, body) => {
    const id = randomUUID();
    const answer = await server.rest(method.toUpperCase(), path(id), { body });
    const detail = { reason: 'not_found' };
    await expectOneEvent(answer, { action, connectionId: id, projectId: null, detail });
  });

  test('for a stranger, in the stranger’s organization and not in the owner’s', async () => {
    const { id } = await createConnection(server);
    const { key, organizationId } = server.stranger;
    const answer = await server.rest('POST', path(id, '/credentials'), { key });
    expect(await eventsOf(answer)).toMatchObject([
      { action: 'credentials.fetch.refused', organizationId, projectId: null },
    ]);
  });

  test('for a project-scoped key, in the project of the key', async () => {
    const { id } = await createConnection(server);
    const projectId = await seedProject(server.deps.db, server.home.organizationId);
    const key = await server.createKey({ projectId });
    const answer = await server.rest('DELETE', path(id), { key });
    expect(await eventsOf(answer)).toMatchObject([{ projectId, connectionId: id }]);
  });

  test('for a name that is taken', async () => {
    const { name } = await createConnection(server);
    const body = newConnection(server, { name });
    const answer = await server.rest('POST', '/v1/connections', { body });
    expect(await eventsOf(answer)).toMatchObject([
      { action: 'connection.create.refused', detail: { reason: 'conflict' } },
    ]);
  });

  test('for credentials that are not available', async () => {
    const { id } = await createConnection(server, { type: google, config: {} });
    const event = { action: 'credentials.fetch.refused', connectionId: id };
    await expectOneEvent(await fetchConfig(server, id), {
      ...event,
      detail: { reason: 'conflict' },
    });
  });

  test('for a system-managed connection', async () => {
    const { id } = await createConnection(server);
    await makeSystem(server, id);
    const event = { action: 'credentials.fetch.refused', connectionId: id };
    await expectOneEvent(await fetchConfig(server, id), {
      ...event,
      detail: { reason: 'forbidden' },
    });
  });

  test('for a role that is too small, also if the response complains about the config', async () => {
    const { id } = await createConnection(server);
    const key = await server.createKey({ role: 'viewer' });
    const body = { type: openAi, config: { unknown: 1 } };
    const answer = await server.rest('PUT', path(id), { key, body });
    expect(answer.status).toBe(400);
    expect(await eventsOf(answer)).toMatchObject([
      { action: 'connection.update.refused', connectionId: id, detail: { reason: 'forbidden' } },
    ]);
  });

  test('for each of several refusals in one request', async () => {
    const fetch = (alias: string) =>
      `${alias}: fetchCredentials(input: {id: "${randomUUID()}"}) { __typename }`;
    const answer = await server.graphql(`mutation { ${fetch('a')} ${fetch('b')} ${fetch('c')} }`);
    expect(await eventsOf(answer)).toHaveLength(3);
  });
});

describe('a request records no event:', () => {
  test('without a valid credential', async () => {
    const before = await server.deps.db.auditEvent.count();
    for (const key of [null, 'nonsense', `acc_${'0'.repeat(64)}`]) {
      await server.rest('POST', path(randomUUID(), '/credentials'), { key });
    }
    expect(await server.deps.db.auditEvent.count()).toBe(before);
  });

  test('for a bad input', async () => {
    const answer = await server.rest('POST', '/v1/connections', { body: {} });
    expect(await eventsOf(answer)).toEqual([]);
  });
});
