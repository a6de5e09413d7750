import { beforeAll, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { useWorld, visit } from '../helpers/world.ts';
import { findOnward, openBrowser } from './form-browser.ts';

/* With an https PUBLIC_URL a sibling host can plant any cookie except one with the prefix __Host-. */

const world = useWorld('google', { env: { PUBLIC_URL: 'https://patchbay.example' } });
let app: App;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  app = await seedApp(deps.db, home.projectId, { name: 'Travel desk' });
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await seedRequirement(deps.db, app.id, { spec, title: 'Your calendar' });
});

const send = (path: string, cookie: string) =>
  world.server.send({ method: 'GET', path, headers: { cookie } });

/** Opens a session and begins a consent in it. */
async function begin(userId: string) {
  const browser = openBrowser(world.server);
  const { path } = await browser.connect(await mintToken(world.server, app, userId));
  const [[name = '', secret = ''] = []] = browser.cookies;
  const leaving = await browser.submit(`${path}/requirements/${calendar.id}/authorize`, {});
  return { path, name, secret, back: await visit(world, findOnward(leaving)) };
}

const planted: [string, (name: string, secret: string) => string][] = [
  ['without the prefix', (name, secret) => `${name.replace('__Host-', '')}=${secret}`],
  ['with __Secure-', (name, secret) => `${name.replace('__Host-', '__Secure-')}=${secret}`],
  ['in lower case', (name, secret) => `${name.replace('__Host-', '__host-')}=${secret}`],
  ['after a blank of Unicode', (name, secret) => `\u00a0${name}=${secret}`],
  ['before a blank of Unicode', (name, secret) => `${name}\u00a0=${secret}`],
  ['twice', (name, secret) => `${name}=planted; ${name}=${secret}`],
  ['twice, the other way round', (name, secret) => `${name}=${secret}; ${name}=planted`],
];

test.each(planted)('a session cookie %s opens no page', async (_, write) => {
  const { path, name, secret } = await begin('ann');
  expect((await send(path, write(name, secret))).status).toBe(401);
  expect((await send(path, `${name}=${secret}`)).status).toBe(200);
});

test.each(planted)('a session cookie %s completes no consent', async (_, write) => {
  const { name, secret, back } = await begin('bea');
  const { status, text } = await send(back, write(name, secret));
  expect([status, text.includes('another browser')]).toEqual([400, true]);
});

test('a session cookie without the prefix does not exchange a token again', async () => {
  const browser = openBrowser(world.server);
  const token = await mintToken(world.server, app, 'cem');
  await browser.connect(token);
  const [[name = '', secret = ''] = []] = browser.cookies;
  const bare = `${name.replace('__Host-', '')}=${secret}`;
  const exchange = (cookie: string) => {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ token }).toString();
    return world.server.send({ method: 'POST', path: '/connect', headers, body });
  };
  expect((await exchange(bare)).status).toBe(401);
  expect((await exchange(`${bare}; ${name}=${secret}`)).status).toBe(303);
});

test('a planted cookie does not affect the right one', async () => {
  const { name, secret, back } = await begin('dan');
  const bare = `${name.replace('__Host-', '')}=planted`;
  expect((await send(back, `${bare}; ${name}=${secret}`)).status).toBe(303);
});
