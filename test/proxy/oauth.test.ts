import { beforeAll, expect, test } from 'vitest';
import { authorization } from '../helpers/clients.ts';
import { eventsOf, grantOf, leave, tokenOf } from '../helpers/grants.ts';
import { connect, useWorld } from '../helpers/world.ts';
import { useService } from './service.ts';

const service = useService();
const world = useWorld('google', { env: { OUTBOUND_ALLOW: '127.0.0.1' } });

// The service of the type is Google's own, so requests are led to the double here.
beforeAll(() => {
  const { proxyStreams } = world.server.deps;
  const { send } = proxyStreams;
  world.server.deps.proxyStreams = {
    ...proxyStreams,
    send: (request) => {
      expect(request.origin).toBe('https://www.googleapis.com');
      return send({ ...request, origin: service.url });
    },
  };
});

/** Lets the service accept only one token; counts the requests. */
function accept(token: string | (() => string)) {
  const seen: (string | undefined)[] = [];
  service.respond((req, res) => {
    seen.push(req.headers.authorization);
    const wanted = typeof token === 'string' ? token : token();
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      res.statusCode = req.headers.authorization === `Bearer ${wanted}` ? 200 : 401;
      res.end(res.statusCode === 200 ? `ok ${body.length}` : 'who?');
    });
  });
  return seen;
}

const latest = () => world.provider.issued.at(-1)?.accessToken ?? '';
const refreshes = () => world.provider.counts.refreshes;

const call = (id: string, body?: string | Uint8Array[]) =>
  world.server.send({
    method: body === undefined ? 'GET' : 'POST',
    path: `/v1/connections/${id}/proxy/x`,
    headers: authorization(world.server.adminKey),
    body,
  });

test('a request carries the access token', async () => {
  const id = await connect(world);
  const seen = accept(latest);
  expect(await call(id)).toMatchObject({ status: 200, text: 'ok 0' });
  expect(seen).toHaveLength(1);
  expect(refreshes()).toBe(0);
});

test('a token that has ended is refreshed before the request', async () => {
  const id = await connect(world);
  await leave(world, id, -1);
  const seen = accept(latest);
  expect((await call(id)).status).toBe(200);
  expect(seen).toHaveLength(1);
  expect(refreshes()).toBe(1);
});

test.each([
  ['no body', undefined, 'ok 0'],
  ['a short body', 'x'.repeat(65_536), 'ok 65536'],
])(
  'after a 401 the token is refreshed, and a request with %s is sent again',
  async (_what, body, text) => {
    const id = await connect(world);
    const old = latest();
    const seen = accept(() => (latest() === old ? 'another' : latest()));
    expect(await call(id, body)).toMatchObject({ status: 200, text });
    expect(seen).toEqual([`Bearer ${old}`, `Bearer ${latest()}`]);
    expect(refreshes()).toBe(1);
    expect((await grantOf(world, id)).tokenVersion).toBe(2);
    expect(
      (await eventsOf(world, id)).filter((action) => action === 'connection.proxy'),
    ).toHaveLength(1);
  },
);

test.each([
  ['a long body', 'x'.repeat(65_537)],
  ['a body without a length', [Buffer.from('a'), Buffer.from('b')]],
])('after a 401 to %s the token is refreshed, and the next request works', async (_what, body) => {
  const id = await connect(world);
  const old = latest();
  accept(() => (latest() === old ? 'another' : latest()));
  expect(await call(id, body)).toMatchObject({
    status: 401,
    headers: { 'patchbay-proxy': 'upstream' },
  });
  expect(refreshes()).toBe(1);
  expect((await call(id, body)).status).toBe(200);
  expect(refreshes()).toBe(1);
});

test('many requests that get a 401 share one refresh', async () => {
  const id = await connect(world);
  const old = latest();
  accept(() => (latest() === old ? 'another' : latest()));
  const answers = await Promise.all(Array.from({ length: 10 }, () => call(id)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(refreshes()).toBe(1);
});

test('a service that refuses every token causes one refresh, not one for each call', async () => {
  const id = await connect(world);
  const seen = accept('none');
  expect(await call(id)).toMatchObject({ status: 401, text: 'who?' });
  expect(await call(id)).toMatchObject({ status: 401, headers: { 'patchbay-proxy': 'upstream' } });
  expect(seen).toHaveLength(3);
  expect(refreshes()).toBe(1);
});

test('if the provider gives no new token, the 401 of the service comes back', async () => {
  const id = await connect(world);
  world.provider.set({ failure: { kind: 'status', status: 503, on: 'refresh_token' } });
  accept('none');
  expect(await call(id)).toMatchObject({ status: 401, text: 'who?' });
});

test('the token of the service is not the client secret, and neither is sent', async () => {
  const id = await connect(world);
  const { access_token } = await tokenOf(world, id);
  const seen = accept(access_token);
  await call(id);
  expect(seen).toEqual([`Bearer ${access_token}`]);
});
