import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { google, openAi } from '../helpers/connections.ts';
import {
  call,
  disconnect,
  type EndUser,
  makeApp,
  makeRequirement,
  openEndUser,
  submit,
} from '../helpers/end-users.ts';
import { statementsOf } from '../helpers/statements.ts';
import { useWorld } from '../helpers/world.ts';

/* The rows of the contract's table of end user requests, as they are on the wire. */

const world = useWorld('google');
let user: EndUser;
let key: string;
let calendar: string;
let mailbox: string;
beforeAll(async () => {
  const appId = await makeApp(world.server);
  key = await makeRequirement(world.server, appId, { title: 'Your key', description: 'Any.' });
  calendar = await makeRequirement(world.server, appId, {
    title: 'Your calendar',
    spec: { type: google, scopes: ['calendar.read'] },
  });
  mailbox = await makeRequirement(world.server, appId, {
    kind: 'pipedream_account',
    title: 'Your mailbox',
    spec: { app_slug: 'gmail' },
  });
  user = await openEndUser(world.server, appId, 'anna');
});

const listed = (statuses?: string[]) => {
  const rows = [
    [key, 'connection', 'Your key', 'Any.', { type: openAi }],
    [calendar, 'connection', 'Your calendar', null, { type: google, scopes: ['calendar.read'] }],
    [mailbox, 'pipedream_account', 'Your mailbox', null, { app_slug: 'gmail' }],
  ] as const;
  return rows.map(([id, type, title, description, data], index) => ({
    id,
    type,
    title,
    description,
    spec: { type, data },
    ...(statuses && { status: statuses[index] }),
  }));
};

test('an end user lists requirements oldest first, with and without their status', async () => {
  const { status, text, headers } = await call(user, 'GET', '');
  expect([status, text]).toEqual([200, JSON.stringify({ data: listed() })]);
  expect(headers['cache-control']).toBe('no-store');
  const pending = ['pending', 'pending', 'pending'];
  expect((await call(user, 'GET', '/status')).json).toEqual({ data: listed(pending) });
  await submit(user, key, { api_key: canary('api-key') });
  const some = ['completed', 'pending', 'pending'];
  expect((await call(user, 'GET', '/status')).json).toEqual({ data: listed(some) });
  await disconnect(user, key);
});

test('an end user submits and deletes credentials', async () => {
  const body = { type: openAi, config: { api_key: canary('api-key') } };
  const created = await call(user, 'POST', `/${key}/credentials`, body);
  expect([created.status, created.text]).toEqual([201, '{"message":"created"}']);
  const deleted = await call(user, 'DELETE', `/${key}/credentials`);
  expect([deleted.status, deleted.text]).toEqual([200, '{"message":"deleted"}']);
  const again = await call(user, 'DELETE', `/${key}/credentials`);
  expect([again.status, again.text]).toEqual([
    404,
    '{"error":{"code":"not_found","message":"Not Found"}}',
  ]);
});

test('an end user begins a consent without a body', async () => {
  const { status, json } = await call<{ data: { url: string } }>(
    user,
    'POST',
    `/${calendar}/oauth2/authorize`,
  );
  expect([status, Object.keys(json), Object.keys(json.data)]).toEqual([200, ['data'], ['url']]);
  expect(json.data.url.startsWith(world.provider.authorizationEndpoint)).toBe(true);
});

describe('is 400 with a message that says what to do:', () => {
  type Refusal = { error: { code: string; message: string; details: Record<string, string> } };
  const expectRefused = async (path: string, body: unknown, details: Record<string, unknown>) => {
    const { status, json } = await call<Refusal>(user, 'POST', path, body);
    expect([path, status, json.error?.code]).toEqual([path, 400, 'bad_request']);
    expect(json.error).toMatchObject({ message: 'Bad Request', details });
  };

  test('a consent for a requirement of credentials or at Pipedream, and the reverse', async () => {
    const says = (words: string) => ({ requirement_id: expect.stringContaining(words) });
    await expectRefused(`/${key}/oauth2/authorize`, undefined, says('submit'));
    await expectRefused(`/${mailbox}/oauth2/authorize`, undefined, says('Pipedream'));
    await expectRefused(`/${key}/pipedream/authorize`, undefined, says('no Pipedream account'));
    await expectRefused(`/${calendar}/pipedream/authorize`, undefined, says('no Pipedream'));
  });

  test('credentials that are not valid', async () => {
    const path = `/${key}/credentials`;
    await expectRefused(path, {}, { type: 'cannot be blank', config: 'cannot be blank' });
    const other = { type: openAi, config: { api_key: canary() }, user_id: 'bob' };
    await expectRefused(path, other, { user_id: 'is not a known field' });
    const unknown = { type: openAi, config: { api_key: canary(), x: 1 } };
    await expectRefused(path, unknown, { 'config.x': 'is not a known field' });
    await expectRefused(path, { type: 1, config: [] }, { type: 'must be text' });
    await expectRefused(path, [], { body: 'must be a JSON object' });
  });
});

test('a requirement at Pipedream without a configuration is 502 and says what to set', async () => {
  const { status, json } = await call(user, 'POST', `/${mailbox}/pipedream/authorize`);
  expect(status).toBe(502);
  expect(json).toEqual({
    error: { code: 'bad_gateway', message: expect.stringContaining('PIPEDREAM_CLIENT_ID') },
  });
});

test('GraphQL returns the user of the token, and the public part of the app', async () => {
  const document = `{ endUser { userId app { appId name connectPage { displayName allowedOrigins } }
    requirements { id name title status spec app { id } connectionType { label } } } }`;
  const { data, errors } = await world.server.graphql<{
    endUser: { userId: string; requirements: object[] };
  }>(document, {}, user.token);
  expect(errors).toEqual([]);
  expect(data.endUser).toMatchObject({ userId: 'anna', app: { appId: user.viewer.appId } });
  expect(data.endUser.requirements[1]).toMatchObject({
    id: calendar,
    status: 'PENDING',
    app: null,
    connectionType: { label: 'Google' },
  });
});

test('the status of many requirements takes as many statements as of one', async () => {
  const counts = [];
  for (const many of [1, 12]) {
    const appId = await makeApp(world.server);
    for (let index = 0; index < many; index += 1) await makeRequirement(world.server, appId);
    const one = await openEndUser(world.server, appId);
    counts.push((await statementsOf(() => call(one, 'GET', '/status'))).length);
  }
  expect(counts[0]).toBe(3); // whose token, the requirements, how the user stands to them
  expect(counts[1]).toBe(counts[0]);
});

describe('a user who knows every id of another user', () => {
  let bob: EndUser;
  let before: unknown;
  const all = () =>
    world.server.deps.db.endUserLink.findMany({
      where: { endUserId: bob.viewer.endUserId },
      include: { connection: { include: { secret: true, attempts: true } } },
    });
  beforeAll(async () => {
    bob = await openEndUser(world.server, user.viewer.appId, 'bob');
    await submit(bob, key, { api_key: canary('api-key') });
    before = await all();
  });

  test('reads and changes nothing at any path', async () => {
    const [link] = await all();
    const { endUserId, id: jti, userId } = bob.viewer;
    const ids = [link?.id, link?.connectionId, endUserId, jti, userId, randomUUID()];
    const body = { type: openAi, config: { api_key: canary('api-key') } };
    const attempts: [string, string, unknown?][] = [
      ['POST', 'credentials', body],
      ['DELETE', 'credentials'],
      ['POST', 'oauth2/authorize'],
      ['POST', 'pipedream/authorize'],
    ];
    for (const [method, path, sent] of attempts) {
      const answers = [];
      for (const id of ids) answers.push(await call(user, method, `/${id}/${path}`, sent));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
        new Set(['404 {"error":{"code":"not_found","message":"Not Found"}}']),
      );
    }
    expect(await all()).toEqual(before);
  });

  test('reads and changes nothing at a requirement of both users', async () => {
    const statuses = await call(user, 'GET', '/status');
    expect(statuses.json).toEqual({ data: listed(['pending', 'pending', 'pending']) });
    expect((await disconnect(user, key)).status).toBe(404);
    expect((await submit(user, key, { api_key: canary('api-key') })).status).toBe(201);
    expect((await disconnect(user, key)).status).toBe(200);
    expect(await all()).toEqual(before);
  });

  test('cannot read credentials, connections or other users with a token', async () => {
    const [link] = await all();
    const documents = [
      `{ connection(id: "${link?.connectionId}") { id } }`,
      `{ connections(projectId: "${world.server.home.projectId}") { nodes { id } } }`,
      `{ requirementsStatus(userId: "bob", appId: "${bob.viewer.appId}") { satisfied } }`,
      `mutation { fetchCredentials(input: { id: "${link?.connectionId}" }) { __typename } }`,
      `mutation { resolveCredentials(input: { appId: "${bob.viewer.appId}", userId: "bob",
        references: [{ requirementId: "${key}" }] }) { __typename } }`,
      `mutation { deleteEndUser(input: { appId: "${bob.viewer.appId}", userId: "bob" }) { __typename } }`,
    ];
    for (const document of documents) {
      const { text } = await world.server.graphql(document, {}, user.token);
      expect(text).toMatch(/FORBIDDEN|ForbiddenError/);
      expect(text).not.toContain('api_key');
    }
    const path = `/v1/connections/${link?.connectionId}/credentials`;
    const { status } = await world.server.rest('POST', path, { key: user.token });
    expect(status).toBe(401);
    expect(await all()).toEqual(before);
  });
});
