import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  importJWK,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../helpers/http.ts';
import {
  adminKey,
  type Environment,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../helpers/process.ts';
import { type Pipedream, startPipedream } from '../helpers/providers/pipedream.ts';
import { ask as askServer, mutate as mutateServer, type Options } from './end-user-requests.ts';

/* The end users' tables of the contract, and the callers who are refused, on the built server. */

const openAi = 'dynamiq.connections.OpenAI';
const hosts = { public: 'open.example.com', private: 'closed.example.com' };
const notFound = '{"error":{"code":"not_found","message":"Not Found"}}';
const unauthorized = '{"error":{"code":"unauthorized","message":"Unauthorized"}}';

let pipedream: Pipedream;
let environment: Environment;
let server: ServerProcess;
let projectId: string;
const apps = { public: '', private: '' };
const asked = { key: '', mailbox: '', open: '' };

const ask = <Json = unknown>(route: string, options?: Options) =>
  askServer<Json>(server, route, options);
const mutate = (name: string, input: object, selection?: string) =>
  mutateServer(server, name, input, selection);

const createApp = (hostname: string, visibility = 'PRIVATE') =>
  mutate(
    'createApp',
    { projectId, name: 'app', hostname, visibility },
    '... on App { id } ... on UserError { message }',
  );

async function createRequirement(appId: string, input: object) {
  const given = { appId, kind: 'CONNECTION', spec: { type: openAi }, ...input };
  return (await mutate('createRequirement', given, '... on Requirement { id }')).id;
}

async function mint(userId: string, which: keyof typeof hosts = 'private') {
  const key = which === 'private' ? adminKey : null;
  const options = { key, host: hosts[which], body: { user_id: userId } };
  return (await ask<{ token: string }>('POST /v1/connect/tokens', options)).json.token;
}

const requirements = '/v1/connect/requirements';
const statusesOf = async (key: string) => {
  type Statuses = { data: { id: string; status: string }[] };
  const { json } = await ask<Statuses>(`GET ${requirements}/status`, { key });
  return Object.fromEntries(json.data.map(({ id, status }) => [id, status]));
};
const submit = (key: string, id: string, apiKey: string) =>
  ask(`POST ${requirements}/${id}/credentials`, {
    key,
    body: { type: openAi, config: { api_key: apiKey } },
  });

/** Resolves a user's credentials as a runtime does. */
async function resolve(app: keyof typeof apps, requirementId: string, userId: string) {
  const references = [{ requirementId }];
  const result = await mutate(
    'resolveCredentials',
    { appId: apps[app], userId, references },
    '... on ResolvedCredentials { items { __typename ... on Credentials { config } } }',
  );
  const [item] = result.items as { __typename: string; config?: { api_key: string } }[];
  return item?.config?.api_key ?? item?.__typename;
}

beforeAll(async () => {
  pipedream = await startPipedream();
  environment = { ...(await makeEnvironment()), ...pipedream.env };
  server = await startServer(environment);
  projectId = await projectOf(server);
  apps.private = (await createApp(hosts.private)).id;
  apps.public = (await createApp(hosts.public, 'PUBLIC')).id;
  const named = { name: 'key', title: 'Your key', description: 'Any.', workflowId: 'w-1' };
  asked.key = await createRequirement(apps.private, named);
  const mailbox = { kind: 'PIPEDREAM_ACCOUNT', spec: { app_slug: 'gmail' } };
  asked.mailbox = await createRequirement(apps.private, { ...mailbox, name: 'm', title: 'Mail' });
  asked.open = await createRequirement(apps.public, { name: 'key', title: 'Your key' });
}, 90_000);

afterAll(async () => {
  await server?.end();
  await pipedream?.stop();
});

it('responds to the byte as the tables of the contract say', async () => {
  const host = hosts.private;
  const blank = await ask('POST /v1/connect/tokens', { host, body: { user_id: ' ' } });
  expect([blank.status, blank.text]).toEqual([
    400,
    '{"error":{"code":"bad_request","message":"Bad Request","details":{"user_id":"cannot be blank"}}}',
  ]);
  type Made = { token: string; url: string; expires_at: string };
  const made = await ask<Made>('POST /v1/connect/tokens', { host, body: { user_id: ' ann ' } });
  const { token } = made.json;
  expect(made.status).toBe(201);
  expect(Object.keys(made.json)).toEqual(['token', 'url', 'expires_at']);
  expect(made.json.url).toBe(`${server.url}/connect?token=${token}`);
  expect(decodeProtectedHeader(token)).toEqual({
    alg: 'RS256',
    typ: 'JWT',
    kid: expect.any(String),
  });
  const claims = decodeJwt(token);
  expect(claims).toMatchObject({
    iss: server.url,
    aud: 'connect',
    sub: 'ann',
    user_id: 'ann',
    app_id: apps.private,
    epoch: expect.any(Number),
    via: 'key',
    jti: expect.any(String),
  });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(86_400);

  const key = {
    id: asked.key,
    type: 'connection',
    title: 'Your key',
    description: 'Any.',
    spec: { type: 'connection', data: { type: openAi } },
  };
  const mailbox = {
    id: asked.mailbox,
    type: 'pipedream_account',
    title: 'Mail',
    description: null,
    spec: { type: 'pipedream_account', data: { app_slug: 'gmail' } },
  };
  const listed = await ask(`GET ${requirements}`, { key: token });
  expect([listed.status, listed.text]).toEqual([200, JSON.stringify({ data: [key, mailbox] })]);
  const withStatus = (first: string) =>
    JSON.stringify({
      data: [
        { ...key, status: first },
        { ...mailbox, status: 'pending' },
      ],
    });
  const status = () => ask(`GET ${requirements}/status`, { key: token });
  expect((await status()).text).toBe(withStatus('pending'));
  const runtime = () => ask('GET /v1/requirements/status?user_id=ann', { host });
  const unsatisfied = ({ id, type, title, description, spec }: typeof key | typeof mailbox) => ({
    id,
    type,
    form: { title, description },
    spec,
    ...(id === asked.key ? { workflow_id: 'w-1', name: 'key' } : { workflow_id: null, name: 'm' }),
  });
  expect((await runtime()).text).toBe(
    JSON.stringify({ status: 'incomplete', unsatisfied: [key, mailbox].map(unsatisfied) }),
  );
  const created = await submit(token, asked.key, 'what ann brought');
  expect([created.status, created.text]).toEqual([201, '{"message":"created"}']);
  expect((await status()).text).toBe(withStatus('completed'));
  expect((await runtime()).text).toBe(
    JSON.stringify({ status: 'incomplete', unsatisfied: [unsatisfied(mailbox)] }),
  );
  expect(await resolve('private', asked.key, 'ann')).toBe('what ann brought');
  for (const path of [`${asked.key}/oauth2`, `${asked.mailbox}/oauth2`, `${asked.key}/pipedream`]) {
    const refused = await ask(`POST ${requirements}/${path}/authorize`, { key: token });
    expect([path, refused.status]).toEqual([path, 400]);
  }
  const deleted = await ask(`DELETE ${requirements}/${asked.key}/credentials`, { key: token });
  expect([deleted.status, deleted.text]).toEqual([200, '{"message":"deleted"}']);
  expect(await resolve('private', asked.key, 'ann')).toBe('ConflictError');
  const door = await ask(`GET /connect?token=${token}`, { key: null });
  expect([door.status, door.headers['set-cookie']]).toEqual([200, undefined]);
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = `token=${token}`;
  const page = await send(server.url, { method: 'POST', path: '/connect', headers: type, body });
  // The session's id is in the path, so that two tabs of two users do not mix.
  expect([page.status, page.headers.location]).toEqual([
    303,
    expect.stringMatching(/^\/connect\/[\w-]{36}$/),
  ]);
  const refused = await ask('GET /connect?token=nonsense', { key: null });
  expect(refused.status).toBe(401);
  expect(refused.headers['content-type']).toMatch(/^text\/html/);
}, 60_000);

it('refuses every forged token with the same response', async () => {
  const good = await mint('victim');
  const [payload, header] = [decodeJwt(good), decodeProtectedHeader(good)];
  const published = (await ask<JSONWebKeySet>('GET /.well-known/jwks.json', { key: null })).json;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const by = (changes: object, more: object = {}) =>
    new SignJWT({ ...payload, ...changes })
      .setProtectedHeader({ ...header, ...more } as JWTHeaderParameters)
      .sign(privateKey);
  const pem = (await importJWK(published.keys[0] ?? {}, 'RS256')) as Parameters<
    typeof exportJWK
  >[0];
  const [head = '', , signature = ''] = good.split('.');
  const swapped = Buffer.from(JSON.stringify({ ...payload, sub: 'eve', user_id: 'eve' }));
  const hmac = (secret: string) =>
    new SignJWT(payload).setProtectedHeader({ ...header, alg: 'HS256' }).sign(Buffer.from(secret));
  const revoked = await mint('victim');
  await mutate('revokeConnectTokens', { jti: decodeJwt(revoked).jti, appId: apps.private });
  const doomed = (await createApp('doomed.example.com')).id;
  const { token: orphan } = (
    await ask<{ token: string }>('POST /v1/connect/tokens', {
      host: 'doomed.example.com',
      body: { user_id: 'victim' },
    })
  ).json;
  await mutate('deleteApp', { id: doomed });
  const forged = {
    none: new UnsecuredJWT(payload).encode(),
    'HS256 with the published key': await hmac(JSON.stringify(published.keys[0])),
    'HS256 with its numbers': await hmac(JSON.stringify(await exportJWK(pem))),
    'another key': await by({}),
    'a key that it brings': await by({}, { jwk }),
    'a key elsewhere': await by({}, { jku: `${pipedream.url}/jwks` }),
    'another user': [head, swapped.toString('base64url'), signature].join('.'),
    'another audience': await by({ aud: 'another' }),
    'a time that is over': await by({ iat: 1, exp: 86_401 }),
    revoked,
    'a deleted app': orphan,
    nonsense: 'a.b.c',
  };
  for (const [name, key] of Object.entries(forged)) {
    const { status, text } = await ask(`GET ${requirements}`, { key });
    expect([name, status, text]).toEqual([name, 401, unauthorized]);
  }
  expect((await ask(`GET ${requirements}`, { key: good })).status).toBe(200);
}, 60_000);

it('keeps a user from the links of another user, and a key from other projects', async () => {
  const [ann, bob] = [await mint('ann'), await mint('bob')];
  await submit(bob, asked.key, 'what bob brought');
  expect(await statusesOf(ann)).toEqual({ [asked.key]: 'pending', [asked.mailbox]: 'pending' });
  const ids = [decodeJwt(bob).jti, apps.private, asked.open, randomUUID()];
  for (const id of ids) {
    for (const [method, path] of [
      ['POST', 'oauth2/authorize'] as const,
      ['POST', 'pipedream/authorize'] as const,
      ['DELETE', 'credentials'] as const,
    ]) {
      const { status, text } = await ask(`${method} ${requirements}/${id}/${path}`, { key: ann });
      expect([status, text]).toEqual([404, notFound]);
    }
  }
  expect((await ask(`DELETE ${requirements}/${asked.key}/credentials`, { key: ann })).status).toBe(
    404,
  );
  expect(await resolve('private', asked.key, 'bob')).toBe('what bob brought');

  const other = (await mutate('createProject', { name: 'another' }, '... on Project { id }')).id;
  const selection = '... on CreatedAccessKey { secret }';
  const input = { name: 'of another', role: 'ADMIN', projectId: other };
  const key = String((await mutate('createAccessKey', input, selection)).secret);
  const query = `{ app(id: "${apps.private}") { id } }`;
  const read = await ask<{ data: object }>('POST /graphql', { key, body: { query } });
  expect(read.json.data).toEqual({ app: null });
  const options = { key, host: hosts.private };
  const minted = await ask('POST /v1/connect/tokens', { ...options, body: { user_id: 'bob' } });
  const status = await ask('GET /v1/requirements/status?user_id=bob', options);
  for (const answer of [minted, status]) {
    expect([answer.status, answer.text]).toEqual([404, notFound]);
  }
}, 60_000);

it('keeps a stranger from replacing or removing the link of a user of a public app', async () => {
  const [user, stranger] = [await mint('known', 'public'), await mint('known', 'public')];
  expect((await submit(user, asked.open, 'what they brought')).status).toBe(201);
  expect((await submit(stranger, asked.open, 'something else')).status).toBe(409);
  const remove = (key: string) => ask(`DELETE ${requirements}/${asked.open}/credentials`, { key });
  expect((await remove(stranger)).status).toBe(409);
  expect(await resolve('public', asked.open, 'known')).toBe('what they brought');
  expect((await submit(user, asked.open, 'their next')).status).toBe(201);
  expect((await remove(user)).status).toBe(200);
}, 60_000);

it.each([
  '127.0.0.1',
  'localhost',
  'LOCALHOST.',
  'localhost:4000',
  '[::1]',
  '0x7f.1',
  hosts.public.toUpperCase(),
  `${hosts.public}.`,
  `${hosts.public}:443`,
])('refuses the hostname %s to an app', async (hostname) => {
  const { __typename } = await createApp(hostname);
  expect(['InvalidInputError', 'ConflictError']).toContain(__typename);
});

it('finds a hostname in every spelling', async () => {
  expect((await createApp('bücher.example.com')).__typename).toBe('App');
  for (const spelling of ['xn--bcher-kva.example.com', 'BÜCHER.example.com.']) {
    expect((await createApp(spelling)).__typename).toBe('ConflictError');
  }
});

it('trusts Pipedream’s API and no webhook', async () => {
  const mail = await mint('mailer');
  const begin = async () => {
    const route = `POST ${requirements}/${asked.mailbox}/pipedream/authorize`;
    return (await ask<{ data: { url: string } }>(route, { key: mail })).json.data.url;
  };
  const link = await begin();
  const forged = { event: 'CONNECTION_SUCCESS', account: { id: 'apn_forged' } };
  const body = JSON.stringify(forged);
  const headers = { 'content-type': 'application/json' };
  const told = await fetch(pipedream.webhookOf(link), { method: 'POST', headers, body });
  expect(told.status).toBeLessThan(500);
  expect((await statusesOf(mail))[asked.mailbox]).toBe('pending');
  pipedream.set({ webhooks: 'lost' });
  await pipedream.connect(link);
  const status = async () => (await statusesOf(mail))[asked.mailbox];
  await expect.poll(status, { timeout: 10_000, interval: 500 }).toBe('completed');
}, 60_000);

it('accepts its tokens after a restart', async () => {
  const token = await mint('lasting');
  await server.end();
  server = await startServer({ ...environment, PUBLIC_URL: server.url });
  expect((await ask(`GET ${requirements}`, { key: token })).status).toBe(200);
}, 60_000);
