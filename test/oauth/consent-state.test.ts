import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { statusOf } from '../helpers/grants.ts';
import { authorize, open, prepare, useWorld, visit, type World } from '../helpers/world.ts';

const world = useWorld('google', { env: { OUTBOUND_ALLOW: '127.0.0.1' } });
let generic: World;
beforeAll(async () => {
  generic = { ...world, name: 'generic' };
});

/** Expects a refusal that names no connection and calls no provider. */
async function expectRefused(path: string): Promise<void> {
  const calls = world.provider.calls.length;
  const { status, text, headers } = await open(world, path);
  expect(status).toBe(400);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(text).toContain('did not come from here');
  expect(world.provider.calls).toHaveLength(calls);
}

/** Consents at the provider, and returns the callback address that the browser is sent to. */
async function begin(of: World): Promise<{ id: string; back: string }> {
  world.provider.set({ clientAuthentication: of.name === 'google' ? 'body' : 'basic' });
  const id = await prepare(of);
  return { id, back: await visit(of, await authorize(of, id)) };
}

test('a callback with a forged or missing state is refused', async () => {
  const { id, back } = await begin(world);
  const code = new URLSearchParams(back.split('?')[1]).get('code') ?? '';
  for (const state of ['', randomBytes(32).toString('base64url'), '%27%20OR%201=1%20--', '%00']) {
    await expectRefused(`/v1/oauth2/callback?code=${code}&state=${state}`);
  }
  await expectRefused(`/v1/oauth2/callback?code=${code}`);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect((await open(world, back)).status).toBe(200);
});

test('a state works once when several callbacks come at once', async () => {
  const { back } = await begin(world);
  const answers = await Promise.all([1, 2, 3, 4].map(() => open(world, back)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  expect(world.provider.counts.reuses).toBe(0);
  await expectRefused(back);
});

test('a state is used up when the provider refused the consent', async () => {
  const { back } = await begin(world);
  const denied = back.replace(/code=[^&]*/, 'error=access_denied');
  expect((await open(world, denied)).text).toContain('Consent was not given');
  await expectRefused(back);
});

test('a state is refused after 10 minutes', async () => {
  const { id, back } = await begin(world);
  const rows = await world.server.database.sql<{ lives: number }>(
    'test-age',
    `UPDATE authorization_attempt SET expires_at = expires_at - interval '601 seconds'
     WHERE connection_id = $1::uuid
     RETURNING EXTRACT(EPOCH FROM expires_at + interval '601 seconds' - created_at)::int AS lives`,
    [id],
  );
  expect(rows).toEqual([{ lives: 600 }]);
  await expectRefused(back);
  expect(await statusOf(world, id)).toBe('incomplete');
});

test('a state is refused on another callback path, and stays valid on its own path', async () => {
  const common = await begin(world);
  await expectRefused(common.back.replace('callback?', `callback/${common.id}?`));
  expect((await open(world, common.back)).status).toBe(200);

  const mine = await begin(generic);
  const other = await begin(generic);
  expect(mine.back).toContain(`/v1/oauth2/callback/${mine.id}?`);
  await expectRefused(mine.back.replace(`callback/${mine.id}`, 'callback'));
  await expectRefused(mine.back.replace(mine.id, other.id));
  await expectRefused(mine.back.replace(mine.id, mine.id.toUpperCase()));
  await expectRefused(mine.back.replace(mine.id, `${mine.id}%2F`));
  expect((await open(world, mine.back)).status).toBe(200);
});

test('a callback that repeats the state, the code or the issuer is refused', async () => {
  const { id, back } = await begin(world);
  await expectRefused(`${back}&state=another`);
  expect((await open(world, `${back}&code=another`)).status).toBe(400);
  const again = await begin(world);
  const iss = `iss=${encodeURIComponent(world.provider.issuer)}`;
  expect((await open(world, `${again.back}&${iss}&${iss}`)).status).toBe(400);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect(await statusOf(world, again.id)).toBe('incomplete');
});

test('a state of one project does not complete a consent of another project', async () => {
  const { id, back } = await begin(world);
  const { key } = world.server.stranger;
  const path = `/v1/connections/${id}/oauth2/authorize`;
  expect((await world.server.rest('POST', path, { key })).status).toBe(404);
  const other = await prepare(world);
  expect((await open(world, back)).status).toBe(200);
  expect(await statusOf(world, id)).toBe('active');
  expect(await statusOf(world, other)).toBe('incomplete');
});

test('a HEAD or POST of the callback does not use up the state', async () => {
  const { back } = await begin(world);
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const { status } = await world.server.send({ method, path: back });
    expect([method, status]).toEqual([method, 405]);
  }
  await world.server.send({ method: 'HEAD', path: back }); // a link preview, a proxy that looks ahead
  expect((await open(world, back)).status).toBe(200);
});
