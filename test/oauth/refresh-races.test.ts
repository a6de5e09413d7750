import { expect, test } from 'vitest';
import { fetchConfig } from '../helpers/connections.ts';
import { grantOf, leave, statusOf, tokenOf } from '../helpers/grants.ts';
import {
  authorize,
  connect,
  consent,
  oauthBody,
  open,
  prepare,
  useWorld,
  visit,
} from '../helpers/world.ts';

const world = useWorld('generic');

function put(id: string, changes: object) {
  const { type, config } = oauthBody(world);
  const body = { type, config: { ...config, ...changes } };
  return world.server.rest('PUT', `/v1/connections/${id}`, { body });
}

/** Runs `change` after the provider refreshed and before it answers; returns the result of the read. */
async function during(id: string, work: () => Promise<unknown>) {
  await leave(world, id, -5);
  world.provider.reset({ delay: { ms: 500, when: 'after', on: 'refresh_token' } });
  const answer = fetchConfig(world.server, id);
  await expect.poll(() => world.provider.counts.refreshes, { interval: 5 }).toBe(1);
  await work();
  return answer;
}

test('a consent during a refresh wins, and the waiting callers get its token', async () => {
  const id = await connect(world);
  let latest: string | undefined;
  const { json } = await during(id, async () => {
    expect((await consent(world, id)).status).toBe(200);
    latest = world.provider.issued.at(-1)?.accessToken;
  });
  expect(json.data.config).toMatchObject({ access_token: latest });
  expect((await tokenOf(world, id)).access_token).toBe(latest);
  expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, leaseOwner: null });
});

test('a PUT that changes the client drops the tokens and the late response', async () => {
  const id = await connect(world);
  const answer = await during(id, () => put(id, { client_id: 'another' }));
  expect(answer.status).toBe(409);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect((await grantOf(world, id)).tokens).toBeNull();
});

test('a PUT of a corrected client_secret or of new scopes keeps the refreshed token', async () => {
  for (const change of [{}, { scopes: ['read', 'write'] }]) {
    const id = await connect(world);
    const answer = await during(id, () => put(id, change));
    expect(answer.status).toBe(200);
    const { access_token } = await tokenOf(world, id);
    expect(access_token).toBe(world.provider.issued.at(-1)?.accessToken);
    await leave(world, id, -5);
    expect((await fetchConfig(world.server, id)).status).toBe(200);
    expect(world.provider.counts).toMatchObject({ refreshes: 2, reuses: 0 });
  }
});

test('a read returns 404 when the connection is deleted during the refresh', async () => {
  const id = await connect(world);
  const path = `/v1/connections/${id}`;
  const answer = await during(id, () => world.server.rest('DELETE', path));
  expect([404, 409]).toContain(answer.status);
  const errors = world.server.logged().filter(({ level }) => level === 'error');
  expect(errors).toEqual([]);
});

test('a consent between the reading and the writing of a PUT leaves the connection active', async () => {
  const id = await prepare(world);
  const back = await visit(world, await authorize(world, id));
  const { deps } = world.server;
  const { vault } = deps;
  let isDue = true;
  deps.vault = {
    ...vault,
    sealingKey: async (projectId) => {
      if (isDue && projectId !== null) {
        isDue = false;
        expect((await open(world, back)).status).toBe(200);
      }
      return vault.sealingKey(projectId);
    },
  };
  const { status } = await put(id, { scopes: ['other'] });
  deps.vault = vault;
  expect([status, isDue]).toEqual([200, false]);
  expect(await statusOf(world, id)).toBe('active');
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
});
