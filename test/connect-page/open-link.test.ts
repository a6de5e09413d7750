import { beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { useServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';

/* A link's GET shows a button; the button's POST exchanges the token. */

const server = useServer();
let app: App;
beforeAll(async () => {
  const allowedOrigins = ['https://portal.example.com'];
  app = await seedApp(server.deps.db, server.home.projectId, {
    name: 'Travel desk',
    allowedOrigins,
  });
});

const browser = () => openBrowser(server);
const token = (userId: string) => mintToken(server, app, userId);
const sessionsOf = (userId: string) =>
  server.deps.db.connectSession.count({ where: { endUser: { userId } } });
const exchanged = (token: string, headers = {}) => browser().submit('/connect', { token }, headers);

test('the link shows the app, the user and one button, and sets no cookie', async () => {
  const minted = await token('ann of <b>sales</b>');
  const { status, text, headers } = await browser().open(`/connect?token=${minted}`);
  expect(status).toBe(200);
  expect(text).toMatch(/Connect to Travel desk.*ann of &lt;b&gt;sales/s);
  expect(text.match(/<button/g)).toHaveLength(1);
  expect(text).toMatch(/<form method="post" action="\/connect"/);
  expect(headers['set-cookie']).toBeUndefined();
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  expect(headers['content-security-policy']).toMatch(
    /form-action 'self'; base-uri 'none'; frame-ancestors https:\/\/portal\.example\.com$/,
  );
});

test('the link is in German for a browser that prefers it', async () => {
  const german = { 'accept-language': 'de' };
  const { text } = await browser().open(`/connect?token=${await token('ada')}`, german);
  expect(text).toMatch(/<html lang="de">.*Mit Travel desk verbinden.*Weiter/s);
});

test.each([
  { method: 'GET', name: 'a mail scanner', headers: {} },
  { method: 'HEAD', name: 'a look ahead', headers: {} },
  { method: 'GET', name: 'a preview', headers: { 'sec-purpose': 'prefetch' } },
  {
    method: 'GET',
    name: 'a browser',
    headers: { 'sec-fetch-user': '?1', 'sec-fetch-site': 'none' },
  },
])(
  '$name uses no token up by any number of $method requests',
  async ({ method, name, headers }) => {
    const minted = await token(`bea ${name}`);
    for (let round = 0; round < 5; round += 1) {
      const own = Object.fromEntries(Object.entries(headers));
      const look = { method, path: `/connect?token=${minted}`, headers: own, mayHoldSecrets: true };
      expect((await server.send(look)).status).toBe(200);
    }
    expect(await sessionsOf(`bea ${name}`)).toBe(0);
    expect((await exchanged(minted)).status).toBe(303);
  },
);

test('the script presses the button only for a person who came by a click on a page', async () => {
  const click = {
    'sec-fetch-user': '?1',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'cross-site',
  };
  const minted = await token('cem');
  const pressedFor = async (headers: Record<string, string>) =>
    (await browser().open(`/connect?token=${minted}`, headers)).text.includes('data-link="press"');
  expect(await pressedFor(click)).toBe(true);
  const { 'sec-fetch-user': _, ...unasked } = click;
  expect(await pressedFor(unasked)).toBe(false);
  for (const other of [
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-mode': 'no-cors' },
    { 'sec-purpose': 'prefetch;prerender' },
  ]) {
    expect([other, await pressedFor({ ...click, ...other })]).toEqual([other, false]);
  }
});

test.each([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1:4000' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
])('a POST from another origin exchanges nothing (%o)', async (headers) => {
  const minted = await token('dan');
  const { status, text, headers: answered } = await exchanged(minted, headers);
  expect([status, answered['set-cookie']]).toEqual([403, undefined]);
  expect(answered['content-type']).toBe('text/html; charset=UTF-8');
  expect(text).toContain('Please use the link again');
  expect((await exchanged(minted)).status).toBe(303);
});

test('a POST from the page exchanges the token', async () => {
  const { origin } = new URL(server.deps.config.publicUrl);
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin }]) {
    expect((await exchanged(await token('eve'), headers)).status).toBe(303);
  }
});

test.each([{}, { token: '' }, { token: 'no.token.atall' }, { token: 'x'.repeat(9_000) }])(
  'a POST of a bad token says what to do (%o)',
  async (fields) => {
    const { status, text } = await browser().submit('/connect', fields);
    expect([status, text.includes('This link no longer works')]).toEqual([401, true]);
  },
);

test('a body that is not a form counts as a bad token', async () => {
  for (const type of [
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'application/json',
  ]) {
    const headers = { 'content-type': type };
    const { status } = await server.send({ method: 'POST', path: '/connect', headers, body: '{' });
    expect([type, status]).toEqual([type, 401]);
  }
});

test('the token is read only from the body of the POST', async () => {
  const minted = await token('fay');
  const path = `/connect?token=${minted}`;
  expect((await browser().submit(path)).status).toBe(401);
  expect(await sessionsOf('fay')).toBe(0);
});

test('an exchanged link leads back to its session in the same browser, and says so in another', async () => {
  const own = browser();
  const minted = await token('gil');
  const { path } = await own.connect(minted);
  const again = await own.open(`/connect?token=${minted}`);
  expect([again.status, again.headers.location]).toEqual([303, path]);
  const other = await browser().open(`/connect?token=${minted}`);
  expect([other.status, other.text.includes('This link was already opened')]).toEqual([401, true]);
});

test.each([
  ['application/x-www-form-urlencoded', 'a&'.repeat(450_000)],
  ['multipart/form-data; boundary=x', '--x\r\nA: b\r\n\r\n\r\n'.repeat(50_000)],
])('a form of %s with too many fields is 413', async (type, body) => {
  const { status, text } = await server.send({
    method: 'POST',
    path: '/connect',
    headers: { 'content-type': type },
    body,
  });
  expect(status).toBe(413);
  expect(text.length).toBeLessThan(10_000);
});
