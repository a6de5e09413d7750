import { expect, test } from 'vitest';
import { grantOf, refusalOf, statusOf } from '../helpers/grants.ts';
import type { Answer } from '../helpers/http.ts';
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

const put = (id: string, changes: object) => {
  const { type, config } = oauthBody(world);
  const body = { type, config: { ...config, ...changes } };
  return world.server.rest('PUT', `/v1/connections/${id}`, { body });
};

/** Runs `change` while the provider works on the code. */
async function during(back: string, work: () => Promise<unknown>): Promise<Answer> {
  const { calls } = world.provider;
  const begun = calls.length;
  world.provider.set({ delay: { ms: 400, when: 'after', on: 'authorization_code' } });
  const page = open(world, back);
  await expect.poll(() => calls.length, { interval: 5 }).toBe(begun + 1);
  await work();
  return page;
}

test.each([
  ['revoked', { revokedAt: new Date() }],
  ['lowered to a role that may not', { role: 'runtime' }],
  ['expired', { expiresAt: new Date(0) }],
] as const)('a consent is refused when the caller who began it was %s', async (name, change) => {
  const key = await world.server.createKey({ name, role: 'editor' });
  const id = await prepare(world);
  const back = await visit(world, await authorize(world, id, { key }));
  await world.server.deps.db.accessKey.updateMany({ where: { name }, data: change });
  const page = await open(world, back);
  expect(page).toMatchObject({ status: 400, text: expect.stringContaining('may no longer') });
  expect(world.provider.calls).toHaveLength(0);
  expect(await statusOf(world, id)).toBe('incomplete');
});

test('a consent is refused when the client or an endpoint changed before the browser came back', async () => {
  for (const change of [
    { client_id: 'another' },
    { token_url: 'http://127.0.0.1:9/token' },
    { authorization_url: 'http://127.0.0.1:9/authorize' },
  ]) {
    const id = await prepare(world);
    const back = await visit(world, await authorize(world, id));
    expect((await put(id, change)).status).toBe(200);
    const page = await open(world, back);
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('has changed since') });
    expect(await statusOf(world, id)).toBe('incomplete');
  }
  expect(world.provider.calls).toHaveLength(0);
});

test('tokens are not stored when the client changed while the provider answered', async () => {
  const id = await prepare(world);
  const back = await visit(world, await authorize(world, id));
  const page = await during(back, () => put(id, { client_id: 'another' }));
  expect(page.status).toBe(400);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect((await refusalOf(world, id)).status).toBe(409);
});

test('tokens are not stored on an active connection when the client changed while the provider answered', async () => {
  const id = await connect(world);
  const back = await visit(world, await authorize(world, id));
  const page = await during(back, () => put(id, { client_id: 'another' }));
  expect(page.status).toBe(400);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect((await grantOf(world, id)).tokens).toBeNull();
});

test('a consent completes when other fields changed since it began', async () => {
  const id = await prepare(world);
  const back = await visit(world, await authorize(world, id));
  const rename = { body: { type: oauthBody(world).type, name: `renamed ${id}` } };
  const change = async () => {
    await world.server.rest('PUT', `/v1/connections/${id}`, rename);
    await put(id, { scopes: ['other'] });
  };
  expect((await during(back, change)).status).toBe(200);
  expect(await statusOf(world, id)).toBe('active');
  expect(await grantOf(world, id)).toMatchObject({ wantedScopes: ['read'] });
});

test('a consent is refused when its connection was deleted before or during the exchange', async () => {
  const first = await prepare(world);
  const back = await visit(world, await authorize(world, first));
  await world.server.rest('DELETE', `/v1/connections/${first}`);
  expect((await open(world, back)).status).toBe(400);
  const second = await prepare(world);
  const late = await visit(world, await authorize(world, second));
  const page = await during(late, () => world.server.rest('DELETE', `/v1/connections/${second}`));
  expect(page).toMatchObject({ status: 400, text: expect.stringContaining('Not connected') });
});

test('a consent completes when the data key is retired while the provider answers', async () => {
  const id = await prepare(world);
  const back = await visit(world, await authorize(world, id));
  const retire = () =>
    world.server.deps.db.dataKey.updateMany({
      where: { projectId: world.server.home.projectId },
      data: { status: 'retired' },
    });
  expect((await during(back, retire)).status).toBe(200);
  expect(await statusOf(world, id)).toBe('active');
  expect((await consent(world, id)).status).toBe(200);
});
