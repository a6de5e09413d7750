import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken, postToken } from '../helpers/connect-tokens.ts';
import { google, openAi } from '../helpers/connections.ts';
import { controlClock } from '../helpers/hooks.ts';
import { usePipedream } from '../helpers/providers/pipedream.ts';
import { startTestServer, type TestServer, useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

/* The limits on the changes and consents of a connect token. */

const first = useServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
const pipedream = usePipedream();
let servers: TestServer[] = [];
let clock: ReturnType<typeof controlClock>;

const oauthClient = {
  OAUTH_GOOGLE_CLIENT_ID: 'client',
  OAUTH_GOOGLE_CLIENT_SECRET: canary('client-secret'),
};

/** Starts one more process on the same database; client addresses come from a proxy. */
async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const all = { TRUSTED_PROXIES: '127.0.0.1', ...oauthClient, ...pipedream.env, ...env };
  const server = await startTestServer(all, first);
  servers.push(server);
  return server;
}

beforeEach(() => {
  clock = controlClock();
});
afterEach(async () => {
  clock.restore();
  for (const server of servers) await server.close();
  servers = [];
});

type Asked = { app: App; key: string; consent: string; account: string };

/** A public app that asks for a key, a consent and an account at Pipedream. */
async function makeApp(): Promise<Asked> {
  const { db } = first.deps;
  const app = await seedApp(db, first.home.projectId, { visibility: 'public' });
  const key = await seedRequirement(db, app.id);
  const consent = await seedRequirement(db, app.id, { spec: { type: google } });
  const gmail = { kind: 'pipedream_account', spec: { app_slug: 'gmail' } } as const;
  const account = await seedRequirement(db, app.id, gmail);
  return { app, key: key.id, consent: consent.id, account: account.id };
}

let addresses = 0;
const someAddress = () => `10.1.${Math.floor(++addresses / 250)}.${addresses % 250}`;

/** Makes a token without a key. */
async function mint({ app }: Asked, userId = 'ann'): Promise<string> {
  const headers = { 'x-forwarded-for': someAddress() };
  return (await postToken(first, app, { user_id: userId }, { headers })).json.token;
}

const base = '/v1/connect/requirements';
type Way = 'submit' | 'disconnect' | 'authorize' | 'pipedream';

/** Does one action over REST. */
function act(
  server: TestServer,
  asked: Asked,
  token: string,
  { way = 'submit', address = '192.0.2.1' }: { way?: Way; address?: string } = {},
) {
  const headers = { 'x-forwarded-for': address };
  const body = { type: openAi, config: { api_key: canary('api-key') } };
  const send = (method: string, path: string, sent?: object) =>
    server.rest(method, `${base}/${path}`, { key: token, headers, body: sent });
  if (way === 'submit') return send('POST', `${asked.key}/credentials`, body);
  if (way === 'disconnect') return send('DELETE', `${asked.key}/credentials`);
  if (way === 'authorize') return send('POST', `${asked.consent}/oauth2/authorize`);
  return send('POST', `${asked.account}/pipedream/authorize`);
}

const times = <Made>(count: number, make: (n: number) => Made) =>
  Array.from({ length: count }, (_, n) => make(n));

/** Counts the accepted responses and those over the limit. */
async function countOf(answers: Promise<{ status: number }>[]) {
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  const refused = statuses.filter((status) => status === 429).length;
  return { taken: statuses.length - refused, refused };
}

const eventsOf = (token: string) => {
  const [, payload = ''] = token.split('.');
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return first.deps.db.auditEvent.count({ where: { actor: `connect_token:${jti}` } });
};

describe('a token made without a key', () => {
  test('may take 60 actions of all kinds a minute, each with one event at most', async () => {
    const server = await start({ LIMIT_BODY_BYTES: '100000' });
    const asked = await makeApp();
    const token = await mint(asked);
    const ways: Way[] = ['submit', 'disconnect', 'authorize', 'pipedream'];
    const all = times(25, () => ways).flat();
    const answers = all.map((way) => act(server, asked, token, { way }));
    expect(await countOf(answers)).toEqual({ taken: 60, refused: 40 });
    expect(await eventsOf(token)).toBeLessThanOrEqual(60);
    const calls = pipedream.calls.length;
    for (const way of ways) {
      const { status, headers, json } = await act(server, asked, token, { way });
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(30);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
      expect(json).toEqual({
        error: {
          code: 'too_many_requests',
          message: expect.stringMatching(
            /^Connect tokens made without a key can do 60 actions a minute with one token\. Try again in \d+ s\.$/,
          ),
        },
      });
    }
    expect(pipedream.calls).toHaveLength(calls);
    expect((await act(server, asked, await mint(asked))).status).not.toBe(429);
  });

  test('may act again after the announced wait, and not a second earlier', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_TOKEN: '2' });
    const asked = await makeApp();
    const token = await mint(asked);
    const three = () => countOf(times(3, () => act(server, asked, token)));
    expect(await three()).toEqual({ taken: 2, refused: 1 });
    const wait = Number((await act(server, asked, token)).headers['retry-after']);
    clock.putForward((wait - 2) * 1_000);
    expect((await act(server, asked, token)).status).toBe(429);
    clock.putForward(2_000);
    expect(await three()).toEqual({ taken: 2, refused: 1 });
  });

  test('is counted also for failed attempts, and refused before its body is read', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_TOKEN: '3' });
    const asked = await makeApp();
    const token = await mint(asked);
    const unknown = { ...asked, key: crypto.randomUUID() };
    const failing = times(5, () => act(server, unknown, token, { way: 'disconnect' }));
    expect(await countOf(failing)).toEqual({ taken: 3, refused: 2 });
    const path = `${base}/${asked.key}/credentials`;
    const bad = await server.rest('POST', path, { key: token, body: { nothing: 1 } });
    expect(bad.status).toBe(429);
    expect(await eventsOf(token)).toBe(0);
  });

  test('is limited over GraphQL too, where each field of a document is one action', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_TOKEN: '4' });
    const asked = await makeApp();
    const token = await mint(asked);
    const fields = times(
      7,
      (n) => `a${n}: authorizeRequirement(input: {requirementId: "${asked.consent}"}) {
        ... on Authorization { url } ... on UserError { code message } }`,
    );
    const { data, errors } = await server.graphql(`mutation { ${fields.join(' ')} }`, {}, token);
    expect(data).toBeNull(); // a mutation's field is non-null, and later fields do not run
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['a4'], 'TOO_MANY_REQUESTS'],
    ]);
    expect(errors[0]?.message).toMatch(/4 actions a minute with one token\. Try again in \d+ s\./);
    expect(await eventsOf(token)).toBe(4);
  });
});

describe('a client address', () => {
  test('shares its actions among all tokens, and leaves other addresses theirs', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_ADDRESS: '5' });
    const asked = [await makeApp(), await makeApp()] as const;
    const tokens = [await mint(asked[0]), await mint(asked[1])] as const;
    const from = (address: string) =>
      countOf(
        times(8, (n) => act(server, asked[n % 2 ? 1 : 0], tokens[n % 2 ? 1 : 0], { address })),
      );
    expect(await from('192.0.2.1')).toEqual({ taken: 5, refused: 3 });
    expect(await from('192.0.2.2')).toEqual({ taken: 5, refused: 3 });
    expect(await from('2001:db8:0:7::1')).toEqual({ taken: 5, refused: 3 });
    expect(await from('2001:db8:0:7::2')).toEqual({ taken: 0, refused: 8 });
    const { text } = await act(server, asked[0], tokens[0]);
    expect(text).toContain(
      'Connect tokens made without a key can do 5 actions a minute from one address.',
    );
  });

  test('is not changed by a forwarded address without a trusted proxy', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_ADDRESS: '2', TRUSTED_PROXIES: '192.0.2.1' });
    const asked = await makeApp();
    const token = await mint(asked);
    const answers = times(6, () => act(server, asked, token, { address: someAddress() }));
    expect(await countOf(answers)).toEqual({ taken: 2, refused: 4 });
  });
});

describe('an app', () => {
  const env = { LIMIT_ACTIONS_PER_APP: '24' };
  const many = async (server: TestServer, asked: Asked, count: number) => {
    const tokens = await Promise.all(times(4, (n) => mint(asked, `user ${n}`)));
    const address = someAddress;
    return countOf(
      times(count, (n) => act(server, asked, tokens[n % 4] ?? '', { address: address() })),
    );
  };

  test('shares its actions a minute among all processes, and leaves other apps theirs', async () => {
    const [one, two] = [await start(env), await start(env)];
    const [asked, other] = [await makeApp(), await makeApp()];
    const counts = await Promise.all([many(one, asked, 30), many(two, asked, 30)]);
    expect((counts[0]?.taken ?? 0) + (counts[1]?.taken ?? 0)).toBe(24);
    const { status, headers, text } = await act(one, asked, await mint(asked));
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(30);
    expect(text).toContain('can do 24 actions a minute for one app.');
    expect(await many(one, other, 10)).toEqual({ taken: 10, refused: 0 });
  });

  test('may act again in the next minute', async () => {
    const server = await start(env);
    const asked = await makeApp();
    expect(await many(server, asked, 30)).toEqual({ taken: 24, refused: 6 });
    clock.putForward(61_000);
    await server.deps.db.$executeRaw`
      UPDATE action_window SET started_at = started_at - interval '61 seconds' WHERE app_id = ${asked.app.id}::uuid`;
    expect(await many(server, asked, 30)).toEqual({ taken: 24, refused: 6 });
  });

  test('does not use up the actions of tokens that were made with a key', async () => {
    const server = await start({ LIMIT_ACTIONS_PER_APP: '2', LIMIT_ACTIONS_PER_ADDRESS: '1' });
    const asked = await makeApp();
    expect(await many(server, asked, 6)).toEqual({ taken: 2, refused: 4 });
    const token = await mintToken(server, asked.app, 'bea');
    expect(await countOf(times(20, () => act(server, asked, token)))).toEqual({
      taken: 20,
      refused: 0,
    });
  });
});

test('a token that was made with a key has its own limit, ten times as high', async () => {
  const server = await start({ LIMIT_ACTIONS_PER_KEYED_TOKEN: '5' });
  expect(first.deps.config.limits.actionsPerKeyedToken).toBe(
    10 * first.deps.config.limits.actionsPerToken,
  );
  const asked = await makeApp();
  const token = await mintToken(server, asked.app, 'bea');
  expect(await countOf(times(9, () => act(server, asked, token)))).toEqual({
    taken: 5,
    refused: 4,
  });
  const { text } = await act(server, asked, token);
  expect(text).toContain('Connect tokens can do 5 actions a minute with one token.');
  expect((await act(server, asked, await mintToken(server, asked.app, 'cem'))).status).toBe(201);
});

test('a refused token does not fill the log', async () => {
  const server = await start({ LIMIT_ACTIONS_PER_KEYED_TOKEN: '3' });
  const asked = await makeApp();
  const token = await mintToken(server, asked.app, 'bea');
  const fields = times(
    20,
    (n) => `a${n}: deleteConnection(input: {id: "${crypto.randomUUID()}"}) {
      ... on UserError { code } }`,
  );
  const { errors, text } = await server.graphql(`mutation { ${fields.join(' ')} }`, {}, token);
  expect(text).toContain('FORBIDDEN');
  expect(errors.length).toBeLessThanOrEqual(20);
  expect(await eventsOf(token)).toBe(3);
});

test('reading takes no action, and works when no action is left', async () => {
  const server = await start({ LIMIT_ACTIONS_PER_TOKEN: '1' });
  const asked = await makeApp();
  const token = await mint(asked);
  const read = () => server.rest('GET', `${base}/status`, { key: token });
  for (let round = 0; round < 3; round += 1) expect((await read()).status).toBe(200);
  expect(await countOf(times(2, () => act(server, asked, token)))).toEqual({
    taken: 1,
    refused: 1,
  });
  expect((await read()).status).toBe(200);
});

test('calls of Pipedream for links that were begun without a key are limited per app', async () => {
  const server = await start({ LIMIT_ACTIONS_PER_APP: '8', LIMIT_MINTS_PER_ADDRESS: '1000' });
  const asked = await makeApp();
  const tokens = await Promise.all(times(6, (n) => mint(asked, `waits ${n}`)));
  for (const token of tokens) {
    const { status } = await act(server, asked, token, {
      way: 'pipedream',
      address: someAddress(),
    });
    expect(status).toBe(200);
  }
  const questions = () => pipedream.calls.filter(({ method }) => method === 'GET').length;
  for (let round = 0; round < 3; round += 1) {
    await server.deps.db.pipedreamLink.updateMany({ data: { checkedAt: null } });
    const reads = tokens.map((key) => server.rest('GET', `${base}/status`, { key }));
    for (const { status } of await Promise.all(reads)) expect(status).toBe(200);
  }
  expect(questions()).toBe(8);
  clock.putForward(61_000);
  await server.deps.db.pipedreamLink.updateMany({ data: { checkedAt: null } });
  await server.rest('GET', `${base}/status`, { key: tokens[0] });
  expect(questions()).toBe(9);
});

test('counting 60 actions of an app takes 2 statements', async () => {
  const server = await start();
  const asked = await makeApp();
  const token = await mint(asked);
  const statements = await statementsOf(async () => {
    for (let round = 0; round < 60; round += 1)
      await act(server, asked, token, { way: 'disconnect' });
  });
  expect(statements.filter((text) => text.includes('action_window'))).toHaveLength(2);
});
