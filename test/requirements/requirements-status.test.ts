import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let app: App;
let first: Requirement;
let second: Requirement;
beforeAll(async () => {
  const { db } = server.deps;
  app = await seedApp(db, server.home.projectId);
  const description = 'Make one at the provider.';
  first = await seedRequirement(db, app.id, { description, workflowId: 'wf-1' });
  const spec = { app_slug: 'gmail' };
  second = await seedRequirement(db, app.id, { kind: 'pipedream_account', spec });
  await linkConnection(server, first, 'ann');
});

type Status = { status: string; unsatisfied: { id: string }[] };

const ask = (
  userId: string,
  { key, host = app.hostname }: { key?: string | null; host?: string } = {},
) => {
  const path = `/v1/requirements/status?user_id=${encodeURIComponent(userId)}`;
  return server.rest<Status>('GET', path, { key, headers: { host } });
};

const document = `query($user: String!, $app: ID) { requirementsStatus(userId: $user, appId: $app) {
  satisfied unsatisfied { id name app { id hostname } connectionType { type } status } } }`;

describe('over REST, on the app’s hostname', () => {
  test('the missing requirements are returned in the documented form', async () => {
    const { status, json } = await ask('nobody');
    expect(status).toBe(200);
    expect(json).toEqual({
      status: 'incomplete',
      unsatisfied: [
        {
          id: first.id,
          type: 'connection',
          form: { title: 'Your key', description: 'Make one at the provider.' },
          spec: { type: 'connection', data: { type: 'dynamiq.connections.OpenAI' } },
          workflow_id: 'wf-1',
          name: first.name,
        },
        {
          id: second.id,
          type: 'pipedream_account',
          form: { title: 'Your key', description: null },
          spec: { type: 'pipedream_account', data: { app_slug: 'gmail' } },
          workflow_id: null,
          name: second.name,
        },
      ],
    });
  });

  test('a linked requirement is not missing for its user', async () => {
    expect((await ask('ann')).json.unsatisfied.map(({ id }) => id)).toEqual([second.id]);
    expect((await ask(' ann ')).json.unsatisfied).toHaveLength(1);
    for (const other of ['Ann', 'ann2', 'anne', 'a']) {
      expect((await ask(other)).json.unsatisfied).toHaveLength(2);
    }
  });

  test('an app without requirements is complete', async () => {
    const { hostname } = await seedApp(server.deps.db, server.home.projectId);
    expect((await ask('ann', { host: hostname })).json).toEqual({
      status: 'complete',
      unsatisfied: [],
    });
  });

  test.each([
    ['', 'cannot be blank'],
    ['%20', 'cannot be blank'],
    ['x'.repeat(256), 'cannot be longer than 255 characters'],
    ['a%00', 'cannot hold the character U+0000'],
  ])('a user_id of %j is refused', async (value, complaint) => {
    const path = `/v1/requirements/status?user_id=${value}`;
    const { status, json } = await server.rest('GET', path, { headers: { host: app.hostname } });
    expect(status).toBe(400);
    const error = { code: 'bad_request', message: 'Bad Request', details: { user_id: complaint } };
    expect(json).toEqual({ error });
  });

  test('a request without user_id is 400 and says so', async () => {
    const headers = { host: app.hostname };
    const { status, json } = await server.rest('GET', '/v1/requirements/status', { headers });
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { details: { user_id: 'cannot be blank' } } });
  });

  test('a user_id of 255 characters outside the basic plane is accepted', async () => {
    expect((await ask('𝔞'.repeat(255))).status).toBe(200);
  });
});

describe('access to the status', () => {
  test('is open for a public app, and with a key needs a key that reaches it', async () => {
    const { db } = server.deps;
    const { hostname: host } = await seedApp(db, server.home.projectId, { visibility: 'public' });
    expect((await ask('ann', { host, key: null })).status).toBe(200);
    expect((await ask('ann', { host })).status).toBe(200);
    expect((await ask('ann', { host, key: server.stranger.key })).status).toBe(404);
    expect((await ask('ann', { host, key: 'nonsense' })).status).toBe(401);
    const projectId = await seedProject(db, server.home.organizationId);
    expect((await ask('ann', { host, key: await server.createKey({ projectId }) })).status).toBe(
      404,
    );
  });

  test('needs a viewer of the project or organization for a private app', async () => {
    const { projectId } = server.home;
    for (const options of [{ role: 'viewer' } as const, { role: 'viewer', projectId } as const]) {
      expect((await ask('ann', { key: await server.createKey(options) })).status).toBe(200);
    }
    expect((await ask('ann', { key: null })).status).toBe(401);
  });

  test('ends without a key as soon as an app becomes private', async () => {
    const { db } = server.deps;
    const { id, hostname: host } = await seedApp(db, server.home.projectId, {
      visibility: 'public',
    });
    expect((await ask('ann', { host, key: null })).status).toBe(200);
    await db.app.update({ where: { id }, data: { visibility: 'private' } });
    expect((await ask('ann', { host, key: null })).status).toBe(401);
  });
});

describe('over GraphQL', () => {
  test('appId selects the same status, with every field of a requirement', async () => {
    const { data, errors } = await server.graphql(document, { user: 'ann', app: app.id });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      requirementsStatus: {
        satisfied: false,
        unsatisfied: [
          {
            id: second.id,
            name: second.name,
            app: { id: app.id, hostname: app.hostname },
            connectionType: null,
            status: null,
          },
        ],
      },
    });
  });

  test('a missing appId is an error on every host', async () => {
    const { errors } = await server.graphql(document, { user: 'ann' });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'appId' }] } },
    ]);
  });

  test('a blank userId is refused at its field', async () => {
    const { errors } = await server.graphql(document, { user: ' ', app: app.id });
    expect(errors).toMatchObject([{ extensions: { fields: [{ path: 'userId' }] } }]);
  });

  test.each(['x', randomUUID(), '\u0000'])('an appId of %j is not found', async (id) => {
    const { errors } = await server.graphql(document, { user: 'ann', app: id });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  test('a public app needs a credential', async () => {
    const { id } = await seedApp(server.deps.db, server.home.projectId, { visibility: 'public' });
    const { errors } = await server.graphql(document, { user: 'ann', app: id }, null);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
