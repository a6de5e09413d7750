import { beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  anyOAuth,
  type ConnectionJson,
  createConnection,
  type Data,
  type Failure,
  fetchConfig,
  openAi,
} from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* A value that cannot be decrypted, seen by its neighbours, its list and its owner. */

const server = useServer();
let projectId: string;
let rows: ConnectionJson[];
async function seedThree(): Promise<void> {
  projectId = await seedProject(server.deps.db, server.home.organizationId);
  rows = [];
  for (const name of ['one', 'two', 'three']) {
    rows.push(await createConnection(server, { name, project_id: projectId }));
  }
}

const at = (index: number) => rows[index]?.id ?? '';
const publicHalf = (id: string) => server.deps.db.connection.findUniqueOrThrow({ where: { id } });
const secretHalf = (id: string) =>
  server.deps.db.connectionSecret.findUniqueOrThrow({ where: { connectionId: id } });

const setPublic = (id: string, config: Uint8Array<ArrayBuffer>) =>
  server.deps.db.connection.update({ where: { id }, data: { config } });
const setSecret = (connectionId: string, config: Uint8Array<ArrayBuffer>) =>
  server.deps.db.connectionSecret.update({ where: { connectionId }, data: { config } });

const flipped = (bytes: Uint8Array, position: number) => {
  const copy = Uint8Array.from(bytes);
  const index = position < 0 ? copy.length + position : position;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};

const damages: [string, () => Promise<unknown>][] = [
  ['swapped with a neighbour’s', async () => setPublic(at(1), (await publicHalf(at(0))).config)],
  [
    'swapped with its own secret half',
    async () => setPublic(at(1), (await secretHalf(at(1))).config),
  ],
  [
    'damaged in its header',
    async () => setPublic(at(1), flipped((await publicHalf(at(1))).config, 0)),
  ],
  [
    'damaged in its key id',
    async () => setPublic(at(1), flipped((await publicHalf(at(1))).config, 5)),
  ],
  [
    'damaged in its nonce',
    async () => setPublic(at(1), flipped((await publicHalf(at(1))).config, 20)),
  ],
  [
    'damaged in its middle',
    async () => setPublic(at(1), flipped((await publicHalf(at(1))).config, 40)),
  ],
  [
    'damaged in its tag',
    async () => setPublic(at(1), flipped((await publicHalf(at(1))).config, -1)),
  ],
  ['cut short', async () => setPublic(at(1), (await publicHalf(at(1))).config.slice(0, -1))],
  ['emptied', () => setPublic(at(1), new Uint8Array())],
];

describe.each(damages)('a config %s', (_what, damage) => {
  beforeAll(async () => {
    await seedThree();
    await damage();
  });

  test('is a config_error in a REST list and does not affect its neighbours', async () => {
    const path = `/v1/connections?project_id=${projectId}`;
    const { status, json } = await server.rest<Data<ConnectionJson[]>>('GET', path);
    expect(status).toBe(200);
    const damaged = { ...rows[1], config: null, config_error: 'unreadable' };
    expect(json.data).toEqual([rows[2], damaged, rows[0]]);
  });

  test('is one error in a GraphQL list at its path', async () => {
    const { data, errors, status } = await server.graphql<{ connections: { nodes: object[] } }>(
      'query($id: ID!) { connections(projectId: $id) { nodes { name config } } }',
      { id: projectId },
    );
    expect(status).toBe(200);
    const config = { url: 'https://api.openai.com/v1' };
    expect(data.connections.nodes).toEqual([
      { name: 'three', config },
      { name: 'two', config: null },
      { name: 'one', config },
    ]);
    expect(errors).toMatchObject([
      {
        path: ['connections', 'nodes', 1, 'config'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      },
    ]);
  });

  test('is 500 when it is read alone or fetched, and the log names the data key', async () => {
    for (const [method, path] of [
      ['GET', `/v1/connections/${at(1)}`],
      ['POST', `/v1/connections/${at(1)}/credentials`],
    ] as const) {
      const { status, json, headers } = await server.rest<Failure>(method, path);
      expect(status).toBe(500);
      expect(json.error).toMatchObject({
        code: 'internal_error',
        request_id: headers['x-request-id'],
      });
      const { configDataKeyId } = await publicHalf(at(1));
      const lines = server.logged().filter(({ requestId }) => requestId === json.error.request_id);
      expect(lines).toContainEqual(
        expect.objectContaining({
          level: 'error',
          err: expect.objectContaining({ message: expect.stringContaining(configDataKeyId) }),
        }),
      );
    }
    expect(await fetchConfig(server, at(0))).toMatchObject({ status: 200 });
    expect(await fetchConfig(server, at(2))).toMatchObject({ status: 200 });
  });

  test('does not affect a list that does not select it', async () => {
    const { errors, data } = await server.graphql(
      'query($id: ID!) { connections(projectId: $id) { nodes { name secretFields } } }',
      { id: projectId },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ connections: { nodes: [{}, {}, {}] } });
  });

  test('is replaced by a PUT and can be deleted', async () => {
    const body = { type: openAi, config: { api_key: canary('mended') } };
    const put = await server.rest('PUT', `/v1/connections/${at(1)}`, { body });
    expect(put.status).toBe(200);
    const { json } = await fetchConfig(server, at(1));
    expect(json.data.config).toMatchObject(body.config);
    expect((await server.rest('DELETE', `/v1/connections/${at(1)}`)).status).toBe(200);
  });
});

describe('a damaged secret half', () => {
  beforeAll(async () => {
    await seedThree();
    await setSecret(at(1), (await secretHalf(at(0))).config);
  });

  test('does not affect reading, is 500 on fetch, and never returns another’s value', async () => {
    const { json } = await server.rest('GET', `/v1/connections/${at(1)}`);
    expect(json).toEqual({ data: rows[1] });
    const fetched = await fetchConfig(server, at(1));
    expect(fetched.status).toBe(500);
    expect(fetched.text).not.toContain('c4n4ry');
  });

  test('is not audited as a fetch', async () => {
    await fetchConfig(server, at(1));
    const events = await server.deps.db.auditEvent.findMany({ where: { connectionId: at(1) } });
    expect(events.map(({ action }) => action)).toEqual(['connection.create']);
  });

  const put = (config: object) =>
    server.rest('PUT', `/v1/connections/${at(1)}`, { body: { type: openAi, config } });

  test('is not dropped by a PUT that keeps it, and replaced by a PUT that sends it', async () => {
    expect((await put({})).status).toBe(500);
    expect((await put({ api_key: canary('again') })).status).toBe(200);
    expect((await fetchConfig(server, at(1))).status).toBe(200);
  });

  test('is not dropped by a PUT that keeps it when its row is missing', async () => {
    await server.deps.db.connectionSecret.delete({ where: { connectionId: at(1) } });
    expect((await fetchConfig(server, at(1))).status).toBe(500);
    expect((await put({})).status).toBe(500);
    expect((await put({ api_key: canary('again') })).status).toBe(200);
    expect((await fetchConfig(server, at(1))).status).toBe(200);
  });
});

test('an OAuth connection with a damaged public half is replaced by a PUT that sends the whole config', async () => {
  const config = {
    authorization_url: 'https://a.example',
    token_url: 'https://t.example',
    client_id: 'c',
    client_secret: canary('client'),
  };
  const { id } = await createConnection(server, { type: anyOAuth, config });
  await setPublic(id, new Uint8Array(3));
  const body = { type: anyOAuth, config };
  const { status, json } = await server.rest<Data<ConnectionJson>>('PUT', `/v1/connections/${id}`, {
    body,
  });
  expect(status).toBe(200);
  expect(json.data.status).toBe('incomplete');
});
