import { afterEach, describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  type ConnectionJson,
  createConnection,
  type Data,
  type Failure,
  fetchConfig,
  makeSystem,
  newConnection,
  openAi,
} from '../helpers/connections.ts';
import { stopLocalServers } from '../helpers/providers/local-server.ts';
import { useServer } from '../helpers/server.ts';
import { type ServiceAnswer, serveService } from '../helpers/services/http-service.ts';

const server = useServer({
  env: {
    OUTBOUND_ALLOW: '127.0.0.1',
    LIMIT_VERIFICATIONS: '500',
    LIMIT_VERIFICATIONS_PER_HOST: '500',
  },
});
afterEach(stopLocalServers);

const openRouter = 'dynamiq.connections.OpenRouter';

type VerificationJson = {
  verdict: string;
  checked_at: string;
  message: string;
  http_status: number | null;
  account: { id: string | null; label: string | null } | null;
};
type Verified = ConnectionJson & { verification?: VerificationJson };

const verify = (id: string, body?: object, key?: string) =>
  server.rest<Data<VerificationJson>>('POST', `/v1/connections/${id}/verify`, { body, key });

const verifyConfig = (config: object, type = openAi) =>
  server.rest<Data<VerificationJson>>('POST', '/v1/connections/verify', {
    body: { project_id: server.home.projectId, type, config },
  });

const read = async (id: string) =>
  (await server.rest<Data<Verified>>('GET', `/v1/connections/${id}`)).json.data;

/** Starts a double of OpenAI that knows one key. */
async function serveOpenAi(apiKey: string) {
  return serveService(({ headers }) => {
    if (headers.authorization === `Bearer ${apiKey}`) return { body: { data: [] } };
    const message = `Incorrect API key provided: ${headers.authorization?.slice(7)}. Find yours in the settings.`;
    return { status: 401, body: { error: { message } } };
  });
}

test('verifying a connection asks its service with the credential, and stores the verdict', async () => {
  const apiKey = canary('api-key');
  const { url, requests } = await serveOpenAi(apiKey);
  const config = { api_key: apiKey, url };
  const created = await createConnection(server, { config });
  const { status, json } = await verify(created.id);
  expect(status).toBe(200);
  const verdict = { verdict: 'ok', http_status: 200, account: null };
  expect(json.data).toEqual({
    ...verdict,
    message: 'The credentials work.',
    checked_at: expect.stringMatching(/Z$/),
  });
  expect(requests).toMatchObject([{ method: 'GET', path: '/models' }]);
  const after = await read(created.id);
  expect(after.verification).toMatchObject(verdict);
  expect(after).toMatchObject({ version: 1, status: 'active', updated_at: created.updated_at });
});

test('the key "foo" is refused by OpenAI, and a refusal does not change the status', async () => {
  const { url } = await serveOpenAi(canary('api-key'));
  const { id } = await createConnection(server, { config: { api_key: 'foo', url } });
  const { json } = await verify(id);
  expect(json.data).toMatchObject({ verdict: 'refused', http_status: 401 });
  expect(json.data.message).toContain('OpenAI refuses the credentials');
  expect(json.data.message).toContain('The service says: Incorrect API key provided: …');
  expect(json.data.message).not.toContain('foo');
  expect((await read(id)).status).toBe('active');
  expect((await fetchConfig(server, id)).status).toBe(200);
});

const unclear: [string, ServiceAnswer, string][] = [
  ['403', { status: 403, body: { error: { message: 'no' } } }, 'insufficient_scope'],
  ['500', { status: 500 }, 'unreachable'],
  ['404', { status: 404 }, 'unreachable'],
  ['429', { status: 429, headers: { 'retry-after': '17' } }, 'unreachable'],
  ['a page', { headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html>' }, 'unreachable'],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1/' } }, 'unreachable'],
];

test.each(unclear)(
  'a service that answers with %s gets its verdict',
  async (what, answer, verdict) => {
    const { url, requests } = await serveService(() => answer);
    const { json } = await verifyConfig({ api_key: canary('api-key'), url });
    expect(json.data).toMatchObject({ verdict, http_status: answer.status ?? 200 });
    expect(requests).toHaveLength(1);
    if (what === '429') expect(json.data.message).toContain('Try again in 17 s');
  },
);

test('an address that nobody serves is unreachable, a private one is blocked, and a type without facts is unsupported', async () => {
  const apiKey = { api_key: canary('api-key') };
  const gone = await verifyConfig({ ...apiKey, url: 'http://127.0.0.1:1' });
  expect(gone.json.data).toMatchObject({ verdict: 'unreachable', http_status: null });
  const blocked = await verifyConfig({ ...apiKey, url: 'https://10.0.0.1' });
  expect(blocked.json.data).toMatchObject({ verdict: 'blocked_by_policy' });
  const unsupported = await verifyConfig(
    { url: 'https://a.example', api_key: 'x' },
    'dynamiq.connections.HttpApiKey',
  );
  expect(unsupported.json.data).toMatchObject({ verdict: 'unsupported' });
});

test('a verified config is not stored', async () => {
  const { url } = await serveOpenAi('x');
  const before = await server.deps.db.connection.count();
  await verifyConfig({ api_key: canary('api-key'), url });
  expect(await server.deps.db.connection.count()).toBe(before);
});

describe('a verified write', () => {
  const post = (body: object) =>
    server.rest<Data<Verified> & Failure>('POST', '/v1/connections', { body });
  const put = (id: string, body: object) =>
    server.rest<Data<Verified> & Failure>('PUT', `/v1/connections/${id}`, { body });

  test('stores no refused credentials, and names the secret field', async () => {
    const { url } = await serveOpenAi('right');
    const config = { api_key: canary('api-key'), url };
    const body = newConnection(server, { config });
    const { status, json } = await post({ ...body, verify: true });
    expect(status).toBe(400);
    expect(json.error.details).toEqual({
      'config.api_key': expect.stringMatching(/^was refused by the service: Incorrect API key/),
    });
    expect(await server.deps.db.connection.count({ where: { name: body.name } })).toBe(0);
  });

  test('stores every other verdict with the connection', async () => {
    const { url } = await serveService(() => ({ status: 503 }));
    const config = { api_key: canary('api-key'), url };
    const { status, json } = await post({ ...newConnection(server, { config }), verify: true });
    expect(status).toBe(201);
    expect(json.data.verification).toMatchObject({ verdict: 'unreachable', http_status: 503 });
  });

  test('keeps the old credentials when the new ones are refused', async () => {
    const right = canary('api-key');
    const { url } = await serveOpenAi(right);
    const { id, name } = await createConnection(server, { config: { api_key: right, url } });
    const change = { name, type: openAi, config: { api_key: canary('wrong'), url }, verify: true };
    expect((await put(id, change)).status).toBe(400);
    expect((await fetchConfig(server, id)).json.data.config).toMatchObject({ api_key: right });
    const same = await put(id, { name, type: openAi, config: { url }, verify: true });
    expect(same.json.data.verification).toMatchObject({ verdict: 'ok' });
  });

  test('a change of the config without a check clears the verdict, and a new name does not', async () => {
    const apiKey = canary('api-key');
    const { url } = await serveOpenAi(apiKey);
    const { id } = await createConnection(server, { config: { api_key: apiKey, url } });
    await verify(id);
    const rename = `mutation ($id: ID!, $name: String!) {
      updateConnection(input: { id: $id, name: $name }) { ... on Connection { verification { verdict } } }
    }`;
    const renamed = await server.graphql<{ updateConnection: object }>(rename, {
      id,
      name: `renamed ${id}`,
    });
    expect(renamed.data.updateConnection).toEqual({ verification: { verdict: 'OK' } });
    await put(id, { name: `renamed ${id}`, type: openAi, config: { url } });
    expect((await read(id)).verification).toBeUndefined();
  });
});

describe('the account', () => {
  /** A double of OpenRouter, whose keys have labels. */
  const serveAccounts = () =>
    serveService(({ headers }) => {
      const label = headers.authorization?.slice('Bearer '.length, 'Bearer '.length + 3);
      return { body: { data: { label } } };
    });
  const inAccount = (name: string) => `${name}-${canary('api-key')}`;

  async function connect(url: string, account: string) {
    const config = { api_key: inAccount(account), url };
    const { id, name } = await createConnection(server, { type: openRouter, config });
    return { id, name, type: openRouter };
  }

  test('is kept and shown', async () => {
    const { url } = await serveAccounts();
    const { id } = await connect(url, 'one');
    expect((await verify(id)).json.data.account).toEqual({ id: null, label: 'one' });
    const query = `query ($id: ID!) {
      connection(id: $id) { account { id label } verification { verdict account { label } } }
    }`;
    const { data } = await server.graphql(query, { id });
    expect(data).toEqual({
      connection: {
        account: { id: null, label: 'one' },
        verification: { verdict: 'OK', account: { label: 'one' } },
      },
    });
  });

  test('changes only after the caller confirms it', async () => {
    const { url } = await serveAccounts();
    const { id, ...rest } = await connect(url, 'one');
    await verify(id);
    const body = { ...rest, config: { api_key: inAccount('two'), url }, verify: true };
    const refused = await server.rest<Failure>('PUT', `/v1/connections/${id}`, { body });
    expect(refused.status).toBe(409);
    expect(refused.json.error.details).toEqual({ account: 'was "one", and is now "two"' });
    const confirmed = await server.rest<Data<Verified>>('PUT', `/v1/connections/${id}`, {
      body: { ...body, confirm_account_change: true },
    });
    expect(confirmed.json.data.verification?.account).toEqual({ id: null, label: 'two' });
  });

  test('is compared even if the config changed without a check', async () => {
    const { url } = await serveAccounts();
    const { id, ...rest } = await connect(url, 'one');
    await verify(id);
    const body = { ...rest, config: { api_key: inAccount('two'), url } };
    await server.rest('PUT', `/v1/connections/${id}`, { body });
    expect((await verify(id)).status).toBe(409);
    const caller = await server.createKey({ role: 'caller' });
    expect((await verify(id, { confirm_account_change: true }, caller)).status).toBe(403);
    const confirmed = await verify(id, { confirm_account_change: true });
    expect(confirmed.json.data.account).toEqual({ id: null, label: 'two' });
    expect((await verify(id)).status).toBe(200);
  });
});

test('the role caller verifies a connection, and neither a config nor without that role', async () => {
  const apiKey = canary('api-key');
  const { url } = await serveOpenAi(apiKey);
  const { id } = await createConnection(server, { config: { api_key: apiKey, url } });
  const caller = await server.createKey({ role: 'caller' });
  const viewer = await server.createKey({ role: 'viewer' });
  expect((await verify(id, undefined, caller)).status).toBe(200);
  expect((await verify(id, undefined, viewer)).status).toBe(403);
  const body = {
    project_id: server.home.projectId,
    type: openAi,
    config: { api_key: apiKey, url },
  };
  const refused = await server.rest('POST', '/v1/connections/verify', { body, key: caller });
  expect(refused.status).toBe(403);
});

test('a system-managed connection, an OAuth connection without consent and a foreign one are not verified', async () => {
  const managed = await createConnection(server);
  await makeSystem(server, managed.id);
  expect((await verify(managed.id)).status).toBe(403);
  const google = { type: 'dynamiq.connections.GoogleOAuth2', config: {} };
  expect((await verify((await createConnection(server, google)).id)).status).toBe(409);
  expect((await verify(managed.id, undefined, server.stranger.key)).status).toBe(404);
});

test('the audit log records each verdict and the host, and no secret', async () => {
  const { url, host } = await serveOpenAi('right');
  const { id } = await createConnection(server, { config: { api_key: canary('api-key'), url } });
  await verify(id);
  const events = await server.deps.db.auditEvent.findMany({
    where: { action: 'connection.verify', connectionId: id },
  });
  expect(events.map(({ detail }) => detail)).toEqual([
    { verdict: 'refused', host, http_status: 401 },
  ]);
});

test('a list contains only connections with the verdict of the filter', async () => {
  const apiKey = canary('api-key');
  const { url } = await serveOpenAi(apiKey);
  const { id } = await createConnection(server, { config: { api_key: apiKey, url } });
  await verify(id);
  const query = `query ($id: ID!, $verdict: VerificationVerdict) {
    connections(projectId: $id, first: 100, filter: { verdict: $verdict }) { nodes { id verification { verdict } } }
  }`;
  type Listed = { connections: { nodes: { id: string; verification: { verdict: string } }[] } };
  const list = async (verdict: string) => {
    const { data } = await server.graphql<Listed>(query, { id: server.home.projectId, verdict });
    return data.connections.nodes;
  };
  expect((await list('OK')).map((node) => node.id)).toContain(id);
  expect((await list('REFUSED')).map((node) => node.id)).not.toContain(id);
  expect(new Set((await list('OK')).map(({ verification }) => verification.verdict))).toEqual(
    new Set(['OK']),
  );
});

describe('the rates', () => {
  const limited = useServer({
    env: {
      OUTBOUND_ALLOW: '127.0.0.1',
      LIMIT_VERIFICATIONS: '4',
      LIMIT_VERIFICATIONS_PER_HOST: '6',
    },
  });

  test('limit each caller, and all callers of an organization at one host', async () => {
    const { url, requests } = await serveOpenAi('right');
    const ask = (key: string) =>
      limited.rest('POST', '/v1/connections/verify', {
        key,
        body: {
          project_id: limited.home.projectId,
          type: openAi,
          config: { api_key: canary('guess'), url },
        },
      });
    const [one, two] = [
      await limited.createKey({ role: 'editor' }),
      await limited.createKey({ role: 'editor' }),
    ];
    const statuses = [];
    for (const key of [one, one, one, one, one, two, two, two]) {
      statuses.push((await ask(key)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 200, 200, 429]);
    expect(requests).toHaveLength(6);
  });
});
