import { beforeAll, expect, test, vi } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { usePipedream } from '../helpers/providers/pipedream.ts';
import { useServer } from '../helpers/server.ts';
import { findOnward, openBrowser } from './form-browser.ts';

const pipedream = usePipedream();
const server = useServer({ env: () => pipedream.env });
let app: App;
let key: Requirement;
let mail: Requirement;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId);
  key = await seedRequirement(server.deps.db, app.id);
  const account = { kind: 'pipedream_account', spec: { app_slug: 'gmail' } } as const;
  mail = await seedRequirement(server.deps.db, app.id, account);
});

const browser = () => openBrowser(server);
const token = (userId: string) => mintToken(server, app, userId);

test('the status lists the state of each requirement, when it was connected, and nothing else', async () => {
  const own = browser();
  const { path } = await own.connect(await token('ann'));
  const before = await own.open(`${path}/status`);
  expect([before.status, before.json]).toEqual([
    200,
    { requirements: { [key.id]: 'pending', [mail.id]: 'pending' }, connectedAt: {} },
  ]);
  expect(before.headers['cache-control']).toBe('no-store');
  const fields = { 'config.api_key': canary() };
  await own.open(path); // for its form
  await own.submit(`${path}/requirements/${key.id}/credentials`, fields);
  const { json } = await own.open(`${path}/status`);
  const { linkedAt } = await server.deps.db.endUserLink.findFirstOrThrow({
    where: { requirementId: key.id },
  });
  expect(json).toEqual({
    requirements: { [key.id]: 'completed', [mail.id]: 'pending' },
    connectedAt: { [key.id]: linkedAt.toISOString() },
  });
});

test('the status is 401 in JSON without the session’s cookie and after the session ended', async () => {
  const own = browser();
  const { path } = await own.connect(await token('bob'));
  const others = browser();
  await others.connect(await token('bob'));
  const { db } = server.deps;
  const statusOf = async (one: typeof own) => {
    const { status, json } = await one.open(`${path}/status`);
    expect([status, json]).toMatchObject([401, { error: { code: 'unauthorized' } }]);
  };
  await statusOf(browser());
  await statusOf(others);
  await db.endUser.updateMany({ where: { userId: 'bob' }, data: { epoch: { increment: 1 } } });
  await statusOf(own);
});

test('the status is hidden while the browser is asked which user it belongs to', async () => {
  const own = browser();
  await own.connect(await token('cyd'));
  const { path } = await own.connect(await token('dee'));
  expect((await own.open(`${path}/status`)).status).toBe(401);
  await own.submit(`${path}/confirm`);
  expect((await own.open(`${path}/status`)).status).toBe(200);
});

test('the status accepts only GET', async () => {
  const own = browser();
  const { path } = await own.connect(await token('eve'));
  const { status, headers } = await own.submit(`${path}/status`);
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

test('a waiting page reloads the status by script, or by a refresh without scripts', async () => {
  const own = browser();
  const { path } = await own.connect(await token('fay'));
  const idle = await own.open(path);
  expect(idle.text).not.toMatch(/http-equiv="refresh"|data-waits/);
  const { text } = await own.open(`${path}?status=success&requirement=${mail.id}`);
  expect(text).toMatch(
    /<noscript><meta http-equiv="refresh" content="3;url=[^"]+looks=1"\/><\/noscript>/,
  );
  expect(text).toContain('data-waits="yes"');
});

test('any number of status requests calls Pipedream once in some seconds', async () => {
  const own = browser();
  const { path } = await own.connect(await token('gus'));
  const begun = await own.submit(`${path}/requirements/${mail.id}/authorize`);
  pipedream.set({ webhooks: 'lost' });
  const asked = () => pipedream.calls.filter(({ path }) => path.includes('/accounts')).length;
  const before = asked();
  const started = Date.now();
  const look = () => own.open(`${path}/status`);
  for (let round = 0; round < 4; round += 1) await Promise.all([look(), look(), look()]);
  const windows = 1 + Math.floor((Date.now() - started) / 3_000);
  expect(asked() - before).toBeGreaterThanOrEqual(1);
  expect(asked() - before).toBeLessThanOrEqual(windows);
  await pipedream.connect(findOnward(begun));
  const completed = {
    requirements: { [key.id]: 'pending', [mail.id]: 'completed' },
    connectedAt: { [mail.id]: expect.any(String) },
  };
  await vi.waitFor(async () => expect((await look()).json).toEqual(completed), {
    timeout: 30_000,
    interval: 500,
  });
  pipedream.reset();
});
