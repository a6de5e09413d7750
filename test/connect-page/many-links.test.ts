import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { useBeside, useWorld, visit } from '../helpers/world.ts';
import {
  type FormBrowser,
  findHandoff,
  findOnward,
  openBrowser,
  pressHandoff,
} from './form-browser.ts';

/* A browser that opens many links keeps few cookies. */

const world = useWorld('google');
let app: App;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  app = await seedApp(deps.db, home.projectId);
  calendar = await seedRequirement(deps.db, app.id, { spec: { type: google } });
});

const link = (userId: string, of: App = app) => mintToken(world.server, of, userId);
const names = ({ cookies }: FormBrowser) => [...cookies.keys()];
const headerBytes = ({ cookies }: FormBrowser) =>
  [...cookies].map((pair) => pair.join('=')).join('; ').length;

/** Opens a link, and returns the path of its page. */
async function connect(browser: FormBrowser, userId: string, of?: App): Promise<string> {
  const { status, path } = await browser.connect(await link(userId, of));
  expect(status).toBe(200);
  return path;
}

describe.each(['http://localhost:4000', 'https://patchbay.example'])('at %s', (PUBLIC_URL) => {
  const beside = useBeside(world, { PUBLIC_URL });

  const connectAt = async (browser: FormBrowser, userId: string, of = app) => {
    const answer = await browser.connect(await mintToken(beside.server, of, userId));
    expect(answer.status).toBe(200);
    return answer.path;
  };

  test('30 links of one user leave one cookie', async () => {
    const browser = openBrowser(beside.server);
    for (let count = 0; count < 30; count += 1) await connectAt(browser, 'ann');
    expect(names(browser)).toHaveLength(1);
    const last = await connectAt(browser, 'ann');
    expect((await browser.open(last)).status).toBe(200);
  });

  test('30 links of 30 users leave the 16 newest cookies', async () => {
    const browser = openBrowser(beside.server);
    const paths: string[] = [];
    for (let count = 0; count < 30; count += 1) {
      paths.push(await connectAt(browser, `user ${randomUUID()}`));
    }
    const ids = names(browser).map((name) => name.slice(-36));
    expect(ids).toEqual(paths.slice(-16).map((path) => path.slice(-36)));
    expect(headerBytes(browser)).toBeLessThan(2_000);
  });
});

test('the same user id in another app is another user', async () => {
  const other = await seedApp(world.server.deps.db, world.server.home.projectId);
  const browser = openBrowser(world.server);
  const first = await connect(browser, 'bea');
  await connect(browser, 'bea', other);
  expect((await browser.open(first)).status).toBe(200);
  expect(names(browser)).toHaveLength(2);
});

test('cookies of unknown, ended or foreign sessions are removed', async () => {
  const { db } = world.server.deps;
  const browser = openBrowser(world.server);
  const ended = (await connect(browser, 'cem')).slice(-36);
  await db.connectSession.update({ where: { id: ended }, data: { expiresAt: new Date(0) } });
  const stolen = (await connect(openBrowser(world.server), 'dan')).slice(-36);
  for (const [id, secret] of [
    [stolen, 'wrong'],
    [randomUUID(), 'a'.repeat(43)],
    [randomUUID(), ''],
    [randomUUID(), 'no secret!'],
  ] as const) {
    browser.cookies.set(`connect-${id}`, secret);
  }
  browser.cookies.set('other', 'stays');
  const path = await connect(browser, 'eli');
  expect(names(browser)).toEqual(['other', `connect-${path.slice(-36)}`]);
});

test('a full cookie jar loses 16 cookies with each link', async () => {
  const browser = openBrowser(world.server);
  for (let count = 0; count < 60; count += 1) {
    browser.cookies.set(`connect-${randomUUID()}`, 'a'.repeat(43));
  }
  for (const left of [45, 30, 15, 1]) {
    await connect(browser, 'fay');
    expect(names(browser)).toHaveLength(left);
  }
});

test('a running consent returns to its earlier session', async () => {
  const browser = openBrowser(world.server);
  const path = await connect(browser, 'gus');
  const leaving = await browser.submit(`${path}/requirements/${calendar.id}/authorize`);
  await connect(browser, 'gus');
  expect(names(browser)).toHaveLength(2);
  const back = await browser.open(await visit(world, findOnward(leaving)));
  expect([back.status, back.headers.location]).toEqual([303, expect.stringContaining(path)]);
  expect((await browser.open(path)).status).toBe(200);
  await connect(browser, 'gus');
  expect(names(browser)).toHaveLength(1);
});

test('windows of consents leave 4 cookies besides the session’s, and the newest consent completes', async () => {
  const browser = openBrowser(world.server);
  const path = await connect(browser, 'hal');
  const frame = { 'sec-fetch-dest': 'iframe' };
  let onward = '';
  for (let count = 0; count < 10; count += 1) {
    const framed = await browser.submit(`${path}/requirements/${calendar.id}/authorize`, {}, frame);
    const page = await pressHandoff(browser, findHandoff(framed), {
      'sec-fetch-site': 'same-origin',
    });
    onward = findOnward(page);
    await browser.open(path);
  }
  expect(names(browser).length).toBeLessThanOrEqual(6);
  expect((await browser.open(path)).status).toBe(200);
  const back = await browser.open(await visit(world, onward));
  expect(back.headers.location).toMatch(/status=success/);
});
