import { beforeAll, expect, test } from 'vitest';
import { forgetEndedSessions } from '../../src/edge/connect-page/session.service.ts';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { useWorld, visit } from '../helpers/world.ts';
import { findOnward, openBrowser } from './form-browser.ts';

const world = useWorld('google');
let app: App;
let key: Requirement;
let calendar: Requirement;
beforeAll(async () => {
  const { server } = world;
  const changes = { name: 'Travel desk', allowedOrigins: ['https://portal.example.com'] };
  app = await seedApp(server.deps.db, server.home.projectId, changes);
  key = await seedRequirement(server.deps.db, app.id);
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await seedRequirement(server.deps.db, app.id, { spec, title: 'Your calendar' });
});

const browser = () => openBrowser(world.server);
const token = (userId: string) => mintToken(world.server, app, userId);
const credentialsOf = (path: string) => `${path}/requirements/${key.id}/credentials`;
const completed = (text: string) => text.match(/class="state completed"/g)?.length ?? 0;

test('a token becomes a cookie that scripts cannot read, and is removed from the address', async () => {
  const own = browser();
  const { status, headers } = await own.submit('/connect', { token: await token('ann') });
  expect(status).toBe(303);
  expect(headers.location).toMatch(/^\/connect\/[\da-f-]{36}$/);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  expect(cookie).toMatch(
    /^connect-[\da-f-]{36}=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBeGreaterThan(86_000);
});

test('the page names app and user, loads nothing foreign, and is framed only by the app’s origins', async () => {
  const { status, text, headers } = await browser().connect(await token('ann of <b>sales</b>'));
  expect(status).toBe(200);
  const typable = text.search(/<(input|textarea|select)/);
  expect(text.indexOf('Travel desk')).toBeLessThan(typable);
  expect(text.indexOf('ann of &lt;b&gt;sales')).toBeLessThan(typable);
  expect(text).not.toContain('<b>');
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors https://portal.example.com",
  );
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
});

test.each(['', '?token=', '?token=no.token.atall'])('/connect%s says what to do', async (query) => {
  const { status, text, headers } = await browser().open(`/connect${query}`);
  expect([status, headers['content-type']]).toEqual([401, 'text/html; charset=UTF-8']);
  expect(text).toContain('This link no longer works');
});

test('a token is exchanged in one browser only, any number of times there', async () => {
  const own = browser();
  const minted = await token('bea');
  const { path } = await own.connect(minted);
  expect((await own.connect(minted)).path).toBe(path);
  const other = await browser().connect(minted);
  expect([other.status, other.headers['set-cookie']]).toEqual([401, undefined]);
  expect(other.text).toContain('This link was already opened');
});

test('one of two browsers that open a link at once gets a session', async () => {
  const minted = await token('cem');
  const opened = await Promise.all([1, 2, 3].map(() => browser().connect(minted)));
  expect(opened.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
});

test('the path of a session opens nothing without its cookie or with another’s', async () => {
  const { path } = await browser().connect(await token('eve'));
  const other = browser();
  const { path: own } = await other.connect(await token('eve'));
  expect((await browser().open(path)).status).toBe(401);
  expect((await other.open(path)).status).toBe(401);
  const [secret = ''] = other.cookies.values();
  const stolen = { cookie: `connect-${path.split('/')[2]}=${secret}` };
  expect((await browser().open(path, stolen)).status).toBe(401);
  expect((await other.open(own)).status).toBe(200);
});

test('submitted credentials are stored for the user and shown as connected', async () => {
  const own = browser();
  const { path, text } = await own.connect(await token('fay'));
  expect(completed(text)).toBe(0);
  const fields = { 'config.api_key': canary() };
  const { status, headers } = await own.submit(credentialsOf(path), fields);
  expect([status, headers.location]).toEqual([303, `${path}?status=success&requirement=${key.id}`]);
  expect(completed((await own.open(path)).text)).toBe(1);
});

test('two tabs of two users stay separate, and the second asks before it opens', async () => {
  const own = browser();
  const { path: first } = await own.connect(await token('gil'));
  const second = await own.connect(await token('hal'));
  expect(second.text).toContain('Is this you?');
  expect(second.text).not.toContain('type="password"');
  const sent = await own.submit(credentialsOf(second.path), { 'config.api_key': canary() });
  expect([sent.status, sent.headers.location]).toEqual([303, second.path]);
  expect((await own.submit(`${second.path}/confirm`)).status).toBe(303);
  const confirmed = await own.open(second.path);
  expect([completed(confirmed.text), confirmed.text.includes('hal')]).toEqual([0, true]);
  await own.submit(credentialsOf(second.path), { 'config.api_key': canary() });
  expect(completed((await own.open(second.path)).text)).toBe(1);
  const before = await own.open(first);
  expect([completed(before.text), before.text.includes('gil')]).toEqual([0, true]);
});

test('a form of another session, or without its token, changes nothing', async () => {
  const own = browser();
  const { path: first } = await own.connect(await token('ida'));
  const { path: second } = await own.connect(await token('ira'));
  const fields = { 'config.api_key': canary() };
  const crossed = await own.submit(credentialsOf(first), fields); // with the second session's token
  expect([crossed.status, crossed.text.includes('out of date')]).toEqual([403, true]);
  const without = await own.submit(credentialsOf(second), { ...fields, csrf: '' });
  expect(without.status).toBe(403);
  expect(completed((await own.open(second)).text)).toBe(0);
});

test('a refused form keeps the typed values except secrets, and shows the problem at the field', async () => {
  const own = browser();
  const { path } = await own.connect(await token('jon'));
  const typed = { 'config.api_key': ' ', 'config.url': 'nowhere "<i>' };
  const sent = await own.submit(credentialsOf(path), typed);
  expect([sent.status, sent.headers.location]).toEqual([303, `${path}?requirement=${key.id}`]);
  const { text } = await own.open(sent.headers.location ?? '');
  expect(text).toMatch(/<input type="password"[^>]*autofocus[^>]*aria-invalid="true"/);
  expect(text).toContain('value="nowhere &quot;&lt;i&gt;"');
  const secret = canary(); // the test client searches the response for it
  const fields = { ...typed, 'config.api_key': secret };
  const again = await own.submitAndFollow(credentialsOf(path), fields);
  expect([again.status, again.text.includes(secret)]).toEqual([200, false]);
  expect(again.text).toContain('Enter a whole address that begins with https:// or http://.');
});

test('a refused form is kept sealed for its session, without secrets, until the next action', async () => {
  const own = browser();
  const { path } = await own.connect(await token('joy'));
  const fields = { 'config.api_key': canary(), 'config.url': 'nowhere at all' };
  await own.submit(credentialsOf(path), fields);
  const where = { id: path.split('/')[2] ?? '' };
  const { notice } = await world.server.deps.db.connectSession.findUniqueOrThrow({ where });
  expect(JSON.stringify(notice)).not.toMatch(/nowhere|c4n4ry/);
  expect((await own.open(path)).text).toContain('value="nowhere at all"');
  expect((await own.open(path)).text).toContain('aria-invalid="true"');
  const other = browser();
  const { text } = await other.connect(await token('joy'));
  expect(text).not.toMatch(/nowhere|aria-invalid/);
  await own.submit(credentialsOf(path), { 'config.api_key': canary() });
  expect((await own.open(path)).text).not.toMatch(/nowhere|aria-invalid/);
});

test('a notice names the scopes that were not granted, or the provider that is not set up', async () => {
  const own = browser();
  const { path } = await own.connect(await token('jan'));
  const { deps } = world.server;
  const requirementId = calendar.id;
  const shown = async (notice: object, language = 'en') => {
    const data = { notice: { requirementId, ...notice }, noticeAt: new Date() };
    await deps.db.connectSession.update({ where: { id: path.split('/')[2] ?? '' }, data });
    const { text } = await own.open(path, { 'accept-language': language });
    const [, open = '', at = ''] =
      /id="([^"]+)" open[^>]*>.*?role="alert"[^>]*>([^<]+)/s.exec(text) ?? [];
    expect(open).toBe(calendar.id);
    return at;
  };
  const missing = { code: 'missing_scopes', scopes: ['calendar.read', '<b>'] };
  expect(await shown(missing)).toMatch(
    /^Some permissions were not allowed: calendar.read, &lt;b&gt;\. Google asks again/,
  );
  expect(await shown(missing, 'de')).toMatch(/^Einige Berechtigungen wurden nicht angekreuzt: cal/);
  const unset = { code: 'provider_not_configured' };
  expect(await shown(unset)).toMatch(/^Google is not set up for this app yet\./);
  expect(await shown(unset, 'de')).toMatch(/^Google ist für diese App noch nicht eingerichtet\./);
  const said = { code: 'constructor', said: 'Admin <i>blocked</i> it' };
  expect(await shown(said)).toContain('Google refused: “Admin &lt;i&gt;blocked&lt;/i&gt; it”.');
});

test('a revoked token, a new epoch and a deleted app end the session at once', async () => {
  const { deps, home } = world.server;
  const other = await seedApp(deps.db, home.projectId);
  const own = browser();
  const { path } = await own.connect(await mintToken(world.server, other, 'kim'));
  await deps.db.endUser.updateMany({
    where: { appId: other.id },
    data: { epoch: { increment: 1 } },
  });
  const ended = await own.open(path);
  expect([ended.status, ended.text.includes('Your session has ended')]).toEqual([401, true]);
  const next = await own.connect(await mintToken(world.server, other, 'kim'));
  const { jti } = await deps.db.connectSession.findUniqueOrThrow({
    where: { id: next.path.split('/')[2] ?? '' },
  });
  await deps.db.revokedToken.create({ data: { appId: other.id, jti } });
  expect((await own.open(next.path)).status).toBe(401);
  const last = await own.connect(await mintToken(world.server, other, 'kim'));
  expect(last.status).toBe(200);
  await deps.db.app.delete({ where: { id: other.id } });
  expect((await own.open(last.path)).status).toBe(401);
});

test('a session ends with its token’s life and is deleted then', async () => {
  const { deps } = world.server;
  const own = browser();
  const { path } = await own.connect(await token('lea'));
  const id = path.split('/')[2] ?? '';
  const data = { expiresAt: new Date(Date.now() - 1_000) };
  await deps.db.connectSession.update({ where: { id }, data });
  expect((await own.open(path)).status).toBe(401);
  await forgetEndedSessions(deps);
  expect(await deps.db.connectSession.count({ where: { id } })).toBe(0);
});

test('/v1 and /graphql ignore the cookie', async () => {
  const own = browser();
  await own.connect(await token('max'));
  expect((await own.open('/v1/connect/requirements')).status).toBe(401);
  const cookie = [...own.cookies].map((pair) => pair.join('=')).join('; ');
  const headers = { cookie, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ viewer { kind } endUser { userId } }' });
  const { status, text } = await world.server.send({
    method: 'POST',
    path: '/graphql',
    headers,
    body,
  });
  expect([status, text.includes('max')]).toEqual([401, false]);
});

/** Begins a consent on the page; returns the provider's address. */
async function begin(own: ReturnType<typeof browser>, path: string): Promise<string> {
  const answer = await own.submit(`${path}/requirements/${calendar.id}/authorize`);
  expect(answer.status).toBe(200);
  return findOnward(answer);
}

test('a consent returns to the page', async () => {
  const own = browser();
  const { path } = await own.connect(await token('nia'));
  const back = await own.open(await visit(world, await begin(own, path)));
  const page = `${world.server.deps.config.publicUrl}${path}`;
  const query = `?requirement=${calendar.id}&status=success`;
  expect([back.status, back.headers.location]).toEqual([303, page + query]);
  const { text } = await own.open(path + query);
  expect([completed(text), text.includes('Google is connected.')]).toEqual([1, true]);
});

test('a consent link that another browser planted does not complete', async () => {
  const issued = world.provider.issued.length;
  const planter = browser();
  const { path } = await planter.connect(await token('otto'));
  const victim = browser();
  await victim.connect(await token('pia'));
  for (const lured of [browser(), victim]) {
    const { status, text } = await lured.open(await visit(world, await begin(planter, path)));
    expect([status, text.includes('begun in another browser')]).toEqual([400, true]);
    expect(completed((await planter.open(path)).text)).toBe(0);
  }
  expect(world.provider.issued).toHaveLength(issued);
});

test('disconnecting asks for confirmation and removes the connection', async () => {
  const own = browser();
  const { path } = await own.connect(await token('quin'));
  await own.submit(credentialsOf(path), { 'config.api_key': canary() });
  const address = `${path}/requirements/${key.id}/disconnect`;
  expect((await own.open(address)).text).toContain('Disconnect “Your key”?');
  expect(completed((await own.open(path)).text)).toBe(1);
  expect((await own.submit(address)).headers.location).toBe(path);
  expect(completed((await own.open(path)).text)).toBe(0);
  expect((await own.submit(address)).status).toBe(303);
});

test('a requirement of another app is not found', async () => {
  const { deps, stranger } = world.server;
  const theirs = await seedRequirement(deps.db, (await seedApp(deps.db, stranger.projectId)).id);
  const own = browser();
  const { path } = await own.connect(await token('rex'));
  for (const what of ['credentials', 'authorize', 'disconnect']) {
    const { status } = await own.submit(`${path}/requirements/${theirs.id}/${what}`);
    expect([what, status]).toEqual([what, 404]);
  }
});

test('the page is in German for a browser that prefers it', async () => {
  const own = browser();
  const { path } = await own.connect(await token('sam'));
  const german = await own.open(path, { 'accept-language': 'pl, de-AT;q=0.9, en;q=0.5' });
  expect(german.text).toMatch(/<html lang="de">.*Mit Travel desk verbinden.*API-Schlüssel/s);
  const english = await own.open(path, { 'accept-language': 'de;q=0, *' });
  expect(english.text).toContain('<html lang="en">');
});
