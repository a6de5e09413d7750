import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, expect, test } from 'vitest';
import { seedApp } from '../helpers/apps.ts';
import { acme, createType } from '../helpers/custom-types.ts';
import { makeRequirement, openEndUser } from '../helpers/end-users.ts';
import { useServer } from '../helpers/server.ts';

/* The responses of the server match its OpenAPI document, failures included. */

type Media = { schema: object };
type Described = {
  content?: Record<string, Media>;
  headers?: Record<string, { required?: boolean }>;
};
type Document = { paths: Record<string, Record<string, { responses: Record<string, Described> }>> };
type Ask = { path: string; host?: string; key: string; body?: unknown };

const server = useServer({
  env: {
    OAUTH_GOOGLE_CLIENT_ID: 'client',
    OAUTH_GOOGLE_CLIENT_SECRET: 'a client secret',
  },
});
let document: Document;
let asks: Record<string, Ask>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

beforeAll(async () => {
  document = (await server.rest<Document>('GET', '/v1/openapi.json', { key: null })).json;
  ajv.addSchema({ $id: 'openapi', ...document });
  asks = await prepare();
});

const openAi = { type: 'dynamiq.connections.OpenAI', config: { api_key: 'a secret key' } };
// No request shows whether such a key works, so its verification leaves this machine alone.
const http = {
  type: 'dynamiq.connections.HttpApiKey',
  config: { url: 'https://a.example', api_key: 'a secret key' },
};
const google = { type: 'dynamiq.connections.GoogleOAuth2', config: {} };

async function create(name: string, body: object): Promise<string> {
  const sent = { project_id: server.home.projectId, name, ...body };
  const { json } = await server.rest<{ data: { id: string } }>('POST', '/v1/connections', {
    body: sent,
  });
  return json.data.id;
}

async function prepare(): Promise<Record<string, Ask>> {
  const { projectId } = server.home;
  const app = await seedApp(server.deps.db, projectId, { visibility: 'public' });
  const key = server.adminKey;
  const [read, doomed, oauth, verified] = [
    await create('read', openAi),
    await create('doomed', openAi),
    await create('oauth', google),
    await create('verified', http),
  ];
  const brought = await makeRequirement(server, app.id, { spec: { type: openAi.type } });
  const consented = await makeRequirement(server, app.id, { spec: { type: google.type } });
  const account = await makeRequirement(server, app.id, {
    kind: 'pipedream_account',
    spec: { app_slug: 'slack' },
  });
  const { token } = await openEndUser(server, app.id, 'ann');
  const changed = await createType(server);
  const one = `/v1/connections/${read}`;
  const ofUser = '/v1/connect/requirements';
  return {
    'post /v1/connections': {
      path: '/v1/connections',
      key,
      body: { project_id: projectId, name: 'new', ...openAi },
    },
    'get /v1/connections': { path: `/v1/connections?project_id=${projectId}`, key },
    'get /v1/connections/{connection_id}': { path: one, key },
    'put /v1/connections/{connection_id}': {
      path: one,
      key,
      body: { name: 'read again', ...openAi },
    },
    'delete /v1/connections/{connection_id}': { path: `/v1/connections/${doomed}`, key },
    'post /v1/connections/{connection_id}/credentials': { path: `${one}/credentials`, key },
    'post /v1/connections/{connection_id}/verify': {
      path: `/v1/connections/${verified}/verify`,
      key,
    },
    'post /v1/connections/verify': {
      path: '/v1/connections/verify',
      key,
      body: { project_id: projectId, ...http },
    },
    'post /v1/connections/{connection_id}/oauth2/authorize': {
      path: `/v1/connections/${oauth}/oauth2/authorize`,
      key,
      body: {},
    },
    'get /v1/connection-types': { path: '/v1/connection-types', key },
    'get /v1/connection-types/{type}': { path: `/v1/connection-types/${openAi.type}`, key },
    'post /v1/connection-types': { path: '/v1/connection-types', key, body: acme() },
    'put /v1/connection-types/{type}': {
      path: `/v1/connection-types/${changed.type}`,
      key,
      body: changed,
    },
    'delete /v1/connection-types/{type}': {
      path: `/v1/connection-types/${(await createType(server)).type}`,
      key,
    },
    'get /v1/connect/requirements': { path: ofUser, key: token },
    'get /v1/connect/requirements/status': { path: `${ofUser}/status`, key: token },
    'post /v1/connect/requirements/{requirement_id}/credentials': {
      path: `${ofUser}/${brought}/credentials`,
      key: token,
      body: openAi,
    },
    'delete /v1/connect/requirements/{requirement_id}/credentials': {
      path: `${ofUser}/${brought}/credentials`,
      key: token,
    },
    'post /v1/connect/requirements/{requirement_id}/oauth2/authorize': {
      path: `${ofUser}/${consented}/oauth2/authorize`,
      key: token,
      body: {},
    },
    'post /v1/connect/requirements/{requirement_id}/pipedream/authorize': {
      path: `${ofUser}/${account}/pipedream/authorize`,
      key: token,
      body: {},
    },
    'post /v1/connect/tokens': {
      path: '/v1/connect/tokens',
      key,
      host: app.hostname,
      body: { user_id: 'ann' },
    },
    'get /v1/requirements/status': {
      path: '/v1/requirements/status?user_id=ann',
      key,
      host: app.hostname,
    },
  };
}

type Sent = Omit<Ask, 'key'> & { key?: string | null; type?: string; text?: string };

/** Sends a request, and expects that the document describes its response. */
async function requireDescribed(route: string, sent: Sent): Promise<number> {
  const [method = '', template = ''] = route.split(' ');
  const text = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const response = await server.send({
    method: method.toUpperCase(),
    path: sent.path,
    headers: {
      ...(sent.host !== undefined && { host: sent.host }),
      ...(sent.key && { authorization: `Bearer ${sent.key}` }),
      ...(text !== undefined && {
        'content-type': sent.type ?? 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      }),
    },
    body: text,
    mayHoldSecrets: true,
  });
  const { status, headers } = response;
  const about = `${route} → ${status} ${response.text.slice(0, 200)}`;
  const described = document.paths[template]?.[method]?.responses[status];
  expect(described, about).toBeDefined();
  const type = String(headers['content-type']).split(';', 1)[0] ?? '';
  expect(Object.keys(described?.content ?? {}), about).toContain(type);
  for (const name of Object.keys(described?.headers ?? {})) {
    expect(headers[name.toLowerCase()], `${about}: ${name}`).toBeDefined();
  }
  const pointer = [template, method, 'responses', status, 'content', type, 'schema']
    .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.getSchema(`openapi#/paths/${pointer}`);
  expect(validate?.(JSON.parse(response.text)), about + JSON.stringify(validate?.errors)).toBe(
    true,
  );
  return status;
}

test('every route has a sample', () => {
  const routes = Object.entries(document.paths)
    .filter(([path]) => !path.includes('/proxy/')) // what comes back there is the service's
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  expect(Object.keys(asks).sort()).toEqual(routes.sort());
});

test('the document describes successes and conflicts', async () => {
  const seen: number[] = [];
  for (const [route, ask] of Object.entries(asks)) seen.push(await requireDescribed(route, ask));
  expect(seen.filter((status) => status < 300).length).toBeGreaterThanOrEqual(14);
  const { db } = server.deps;
  const create = asks['post /v1/connections'] as Ask;
  expect(await requireDescribed('post /v1/connections', create)).toBe(409);
  const oauth = asks['post /v1/connections/{connection_id}/oauth2/authorize']?.path ?? '';
  const credentials = oauth.replace('oauth2/authorize', 'credentials');
  const sent = { path: credentials, key: server.adminKey };
  expect(
    await requireDescribed('post /v1/connections/{connection_id}/credentials', sent),
  ).toBeGreaterThan(399);
  const one = asks['get /v1/connections/{connection_id}']?.path ?? '';
  await db.connection.update({
    where: { id: one.split('/').at(-1) ?? '' },
    data: { isSystem: true },
  });
  for (const [route, ask] of Object.entries(asks)) {
    if (ask.path.startsWith(one)) await requireDescribed(route, ask);
  }
  await requireDescribed('get /v1/connections', {
    path: `${asks['get /v1/connections']?.path}&include_system=true`,
    key: server.adminKey,
  });
});

test('the document describes failures', async () => {
  const viewer = await server.createKey({ role: 'viewer' });
  const { stranger } = server;
  const seen = new Set<number>();
  for (const [route, { key, ...ask }] of Object.entries(asks)) {
    const again = async (sent: Partial<Sent>) =>
      seen.add(await requireDescribed(route, { ...ask, key, ...sent }));
    await again({ key: null });
    await again({ key: 'acc_nobody' });
    await again({ key: stranger.key });
    await again({ key: viewer });
    await again({ key: server.adminKey });
    const pathless = ask.path.replace(/(connections|requirements)\/[0-9a-f-]{36}/, '$1/%00');
    if (pathless !== ask.path) await again({ path: pathless });
    await again({ path: `${ask.path}${ask.path.includes('?') ? '&' : '?'}page=-1&unknown=%00` });
    await again({ host: '-' });
    if (!/^(post|put)/.test(route)) continue;
    await again({ text: '{"a":', type: 'application/json' });
    await again({ text: '[]' });
    await again({ text: '{"name":1,"type":{},"config":[],"user_id":null}' });
    await again({ text: '{}', type: 'text/xml' });
    await again({ text: `"${'x'.repeat(1_100_000)}"` });
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining([400, 401, 403, 404, 413, 415]));
}, 60_000);
