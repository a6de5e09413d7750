import { beforeAll, expect, test } from 'vitest';
import type { Data } from '../helpers/connections.ts';
import { tokenOf } from '../helpers/grants.ts';
import { connect, useWorld } from '../helpers/world.ts';
import { useService } from '../proxy/service.ts';

const service = useService();
const world = useWorld('google', { env: { OUTBOUND_ALLOW: '127.0.0.1' } });

// The service of the type is Google's own, so requests to it are led to the double here.
beforeAll(() => {
  const { deps } = world.server;
  const { checked } = deps.outbound;
  deps.outbound = {
    ...deps.outbound,
    checked: (text, init) => {
      const url = new URL(text);
      const isGoogle = url.hostname.endsWith('googleapis.com');
      return checked(isGoogle ? `${service.url}${url.pathname}${url.search}` : text, init);
    },
  };
});

const latest = () => world.provider.issued.at(-1)?.accessToken ?? '';
const refreshes = () => world.provider.counts.refreshes;

/** Lets the service accept only one token. */
function accept(token: () => string) {
  service.respond((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${token()}` ? 200 : 401;
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
}

const verify = (id: string) =>
  world.server.rest<Data<{ verdict: string; http_status: number | null }>>(
    'POST',
    `/v1/connections/${id}/verify`,
  );

test('an OAuth connection is verified with its access token', async () => {
  const id = await connect(world);
  accept(latest);
  const before = refreshes();
  expect((await verify(id)).json.data).toMatchObject({ verdict: 'ok', http_status: 200 });
  expect(refreshes()).toBe(before);
});

test('a token that the service refuses is refreshed once, and verified again', async () => {
  const id = await connect(world);
  const old = latest();
  const before = refreshes();
  accept(() => (latest() === old ? 'another token' : latest()));
  expect((await verify(id)).json.data).toMatchObject({ verdict: 'ok' });
  expect(refreshes()).toBe(before + 1);
  expect((await tokenOf(world, id)).access_token).not.toBe(old);
});

test('a service that refuses every token refuses the credentials, and the connection stays active', async () => {
  const id = await connect(world);
  accept(() => 'another token');
  const before = refreshes();
  expect((await verify(id)).json.data).toMatchObject({ verdict: 'refused', http_status: 401 });
  expect(refreshes()).toBe(before + 1);
  const { json } = await world.server.rest<Data<{ status: string }>>(
    'GET',
    `/v1/connections/${id}`,
  );
  expect(json.data.status).toBe('active');
});
