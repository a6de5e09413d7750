import { beforeAll, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { guard } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { usePipedream } from '../helpers/providers/pipedream.ts';
import { useWorld, visit } from '../helpers/world.ts';
import {
  type FormBrowser,
  findHandoff,
  findOnward,
  openBrowser,
  pressHandoff,
} from './form-browser.ts';

/* A consent that begins in a frame continues in its own window. */

const pipedream = usePipedream();
const world = useWorld('google', () => ({
  env: { ...pipedream.env, PUBLIC_URL: 'https://patchbay.example' },
}));
let app: App;
let key: Requirement;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  const allowedOrigins = ['https://portal.example.com'];
  app = await seedApp(deps.db, home.projectId, { name: 'Travel desk', allowedOrigins });
  key = await seedRequirement(deps.db, app.id);
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await seedRequirement(deps.db, app.id, { spec, title: 'Your calendar' });
});

const browser = () => openBrowser(world.server);
const token = (userId: string) => mintToken(world.server, app, userId);
const inFrame = { 'sec-fetch-dest': 'iframe' };
const fromPage = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' };

async function calendarOf(of: FormBrowser, path: string): Promise<string | undefined> {
  const { json } = await of.open(`${path}/status`);
  return (json as { requirements: Record<string, string> }).requirements[calendar.id];
}

/** Opens a frame of a user, and begins a consent in it. */
async function leave(userId: string) {
  const frame = browser();
  const { path } = await frame.connect(await token(userId));
  return { frame, path, handoff: await offer(frame, path) };
}

async function offer(frame: FormBrowser, path: string): Promise<string> {
  const address = `${path}/requirements/${calendar.id}/authorize`;
  const answer = await frame.submit(address, {}, inFrame);
  expect([answer.status, findOnward(answer)]).toEqual([200, '']);
  const handoff = findHandoff(answer);
  guard(handoff); // so that the log is searched for it
  return handoff;
}

test('the cookie of a frame belongs to the frame alone, and that of a window does not', async () => {
  const [framed, window] = [browser(), browser()];
  const fields = async () => ({ token: await token('ann') });
  const ownForm = { 'sec-fetch-site': 'same-origin' };
  const { headers } = await framed.submit('/connect', await fields(), { ...inFrame, ...ownForm });
  expect(headers['set-cookie']?.[0]).toMatch(
    /^__Host-connect-[\da-f-]{36}=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=None; Partitioned$/,
  );
  const top = await window.submit('/connect', await fields(), fromPage);
  expect(top.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
});

test('a consent continues in a window without a session, and the frame shows the result', async () => {
  const { frame, path, handoff } = await leave('bea');
  const window = browser();
  const leaving = await pressHandoff(window, handoff, fromPage);
  expect([leaving.status, leaving.headers['set-cookie']?.length]).toEqual([200, 1]);
  expect(leaving.headers['set-cookie']?.[0]).toMatch(
    /^__Host-connect-[\da-f-]{36}=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  expect(leaving.text).toMatch(/Travel desk.*bea/s);
  const [name = ''] = window.cookies.keys();
  for (const address of [path, `/connect/${name.replace(/.*connect-/, '')}`]) {
    expect((await window.open(address)).status).toBe(401);
  }
  const back = await window.open(await visit(world, findOnward(leaving)));
  expect([back.status, back.headers.location]).toEqual([
    303,
    'https://patchbay.example/connect/done?status=success',
  ]);
  expect(await calendarOf(frame, path)).toBe('completed');
});

test('an account at Pipedream is connected in a window too', async () => {
  const spec = { app_slug: 'gmail' };
  const mail = await seedRequirement(world.server.deps.db, app.id, {
    kind: 'pipedream_account',
    title: 'Your mail',
    spec,
  });
  const frame = browser();
  const { path } = await frame.connect(await token('bob'));
  const address = `${path}/requirements/${mail.id}/authorize`;
  const handoff = findHandoff(await frame.submit(address, {}, inFrame));
  const onward = findOnward(await pressHandoff(browser(), handoff, fromPage));
  expect(pipedream.linkOf(onward)).toMatchObject({
    successUri: 'https://patchbay.example/connect/done?status=success',
    errorUri: 'https://patchbay.example/connect/done?status=error',
  });
});

test('a handle works once when it is opened several times at once', async () => {
  const { handoff } = await leave('cem');
  const opened = await Promise.all([1, 2, 3].map(() => pressHandoff(browser(), handoff, fromPage)));
  expect(opened.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  const { status, text } = await pressHandoff(browser(), handoff, fromPage);
  expect([status, text.includes('This was already opened')]).toEqual([404, true]);
});

test('a handle ends after ten minutes or with the next handle', async () => {
  const { frame, path, handoff } = await leave('dan');
  const { db } = world.server.deps;
  const next = await offer(frame, path);
  expect((await pressHandoff(browser(), handoff, fromPage)).status).toBe(404);
  const where = { id: path.split('/')[2] ?? '' };
  const { handoffExpiresAt } = await db.connectSession.findUniqueOrThrow({ where });
  const seconds = ((handoffExpiresAt?.getTime() ?? 0) - Date.now()) / 1_000;
  expect(Math.abs(seconds - 600)).toBeLessThan(60);
  const data = { handoffExpiresAt: new Date(Date.now() - 1_000) };
  await db.connectSession.update({ where, data });
  expect((await pressHandoff(browser(), next, fromPage)).status).toBe(404);
});

test('a handle opens nothing in another browser, and is not used up there', async () => {
  const { handoff } = await leave('eve');
  for (const site of [undefined, 'none', 'same-site', 'cross-site']) {
    const headers = { ...(site && { 'sec-fetch-site': site }), 'sec-fetch-dest': 'document' };
    const { status, text, headers: answered } = await pressHandoff(browser(), handoff, headers);
    expect([site, status, answered['set-cookie']]).toEqual([site, 403, undefined]);
    expect(text).toContain('Please open this from the page itself');
  }
  expect((await pressHandoff(browser(), handoff, fromPage)).status).toBe(200);
});

test.each(['GET', 'HEAD'])('a %s does not use up a handle', async (method) => {
  const { handoff } = await leave('fay');
  for (const path of ['/connect/handoff', `/connect/handoff?handle=${handoff}`]) {
    const { status } = await world.server.send({ method, path, headers: fromPage });
    expect(status).toBe(403);
  }
  expect((await pressHandoff(browser(), handoff, fromPage)).status).toBe(200);
});

test('a handle of a session that has ended opens nothing', async () => {
  const { handoff } = await leave('gil');
  const { db } = world.server.deps;
  await db.endUser.updateMany({ where: { userId: 'gil' }, data: { epoch: { increment: 1 } } });
  expect((await pressHandoff(browser(), handoff, fromPage)).status).toBe(404);
});

test('a handle works for the user of its session also when another user has a session', async () => {
  const { frame, path, handoff } = await leave('hal');
  const window = browser();
  const { path: theirs } = await window.connect(await token('ida'));
  const leaving = await pressHandoff(window, handoff, fromPage);
  expect(leaving.text).toContain('hal');
  await window.open(await visit(world, findOnward(leaving)));
  expect(await calendarOf(window, theirs)).toBe('pending');
  expect(await calendarOf(frame, path)).toBe('completed');
});

test('only the window that began the consent completes it', async () => {
  const issued = world.provider.issued.length;
  const { frame, path } = await leave('jon');
  for (const lured of [browser(), frame]) {
    const onward = findOnward(await pressHandoff(browser(), await offer(frame, path), fromPage));
    const { status, text } = await lured.open(await visit(world, onward));
    expect([status, text.includes('begun in another browser')]).toEqual([400, true]);
  }
  expect(world.provider.issued).toHaveLength(issued);
});

test('a requirement with a form has no handle', async () => {
  const { frame, path } = await leave('kim');
  const address = `${path}/requirements/${key.id}/authorize`;
  const answer = await frame.submitAndFollow(address, {}, inFrame);
  expect([answer.text.includes('role="alert"'), findHandoff(answer)]).toEqual([true, '']);
});

test('a handle for a deleted requirement opens nothing', async () => {
  const { frame, path } = await leave('lea');
  const { db } = world.server.deps;
  const gone = await seedRequirement(db, app.id, { spec: { type: google, scopes: [] } });
  const left = await frame.submit(`${path}/requirements/${gone.id}/authorize`, {}, inFrame);
  await db.requirement.delete({ where: { id: gone.id } });
  const { status, text } = await pressHandoff(browser(), findHandoff(left), fromPage);
  expect([status, text.includes('There is nothing here')]).toEqual([404, true]);
});
