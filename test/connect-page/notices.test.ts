import { beforeAll, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { useWorld, visit } from '../helpers/world.ts';
import { type FormBrowser, findOnward, openBrowser } from './form-browser.ts';

/* The page shows each problem at its card. */

const world = useWorld('google');
let app: App;
let key: Requirement;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  app = await seedApp(deps.db, home.projectId, { visibility: 'public' });
  key = await seedRequirement(deps.db, app.id);
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await seedRequirement(deps.db, app.id, { spec });
});

async function openSession(userId: string) {
  const browser = openBrowser(world.server);
  const { path } = await browser.connect(await mintToken(world.server, app, userId));
  return { browser, path };
}

/** Makes a session belong to a token that was made without an access key. */
async function makeAnonymous(path: string): Promise<void> {
  const where = { id: path.split('/')[2] ?? '' };
  await world.server.deps.db.connectSession.update({ where, data: { isAnonymous: true } });
}

/** Returns the notice of each card, and whether the card is open. */
async function noticesOn(browser: FormBrowser, path: string, language = 'en') {
  const { text } = await browser.open(path, { 'accept-language': language });
  const cards = text.split('<details class="card"').slice(1);
  return cards.flatMap((card) => {
    const [, id = ''] = /^ id="([^"]+)"/.exec(card) ?? [];
    const [, notice] = /role="alert"[^>]*>([^<]+)/.exec(card) ?? [];
    return notice === undefined ? [] : [{ id, notice, isOpen: /^[^>]* open/.test(card) }];
  });
}

test('a link that cannot replace or disconnect what another one connected says so', async () => {
  const { browser: first, path } = await openSession('ann');
  await first.submit(`${path}/requirements/${key.id}/credentials`, {
    'config.api_key': canary(),
  });
  const other = await openSession('ann');
  await makeAnonymous(other.path);
  const notice = expect.stringMatching(
    /^OpenAI was connected with another link, and this link cannot replace or disconnect it\./,
  );
  for (const action of ['credentials', 'disconnect']) {
    const address = `${other.path}/requirements/${key.id}/${action}`;
    const sent = await other.browser.submit(address, { 'config.api_key': canary() });
    expect([action, sent.status]).toEqual([action, 303]);
    const { text } = await other.browser.open(sent.headers.location ?? '');
    expect(text).toContain('role="alert"');
    expect(await noticesOn(other.browser, other.path)).toEqual([
      { id: key.id, notice, isOpen: true },
    ]);
  }
});

test('the page that began a consent says that it came back in another browser', async () => {
  const { browser, path } = await openSession('bea');
  const begun = await browser.submit(`${path}/requirements/${calendar.id}/authorize`, {
    own: '1',
  });
  const back = await visit(world, findOnward(begun));
  const { status, text } = await openBrowser(world.server).open(back);
  expect([status, text.includes('begun in another browser')]).toEqual([400, true]);
  const { json } = await browser.open(`${path}/status`);
  expect(json).toEqual({
    requirements: { [key.id]: 'pending', [calendar.id]: 'pending' },
    connectedAt: {},
    failedAt: expect.any(String),
  });
  const notice = expect.stringMatching(/^Google sent you back in another browser/);
  expect(await noticesOn(browser, path)).toEqual([{ id: calendar.id, notice, isOpen: true }]);
  const [german] = await noticesOn(browser, path, 'de');
  expect(german?.notice).toMatch(/^Google hat Sie in einem anderen Browser zurückgeleitet/);
});

test('an old address with a failure shows nothing at a connected card', async () => {
  const { browser, path } = await openSession('cem');
  const address = `${path}?status=error&error=access_denied&requirement=${key.id}`;
  expect(await noticesOn(browser, address)).toHaveLength(1);
  await browser.submit(`${path}/requirements/${key.id}/credentials`, {
    'config.api_key': canary(),
  });
  expect(await noticesOn(browser, address)).toEqual([]);
});

test('the audit log records what the page refuses', async () => {
  const { browser, path } = await openSession('refused');
  const { status } = await browser.submit(`${path}/requirements/${key.id}/disconnect`, {});
  expect(status).toBe(303); // nothing was connected, so the page has nothing to say
  const [event] = await world.server.deps.db.auditEvent.findMany({
    where: { action: 'link.delete.refused' },
  });
  expect(event).toMatchObject({
    actor: expect.stringMatching(/^connect_token:/),
    detail: { reason: 'not_found' },
  });
});
