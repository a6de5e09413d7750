import { beforeAll, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { useWorld, visit } from '../helpers/world.ts';
import { findOnward, openBrowser } from './form-browser.ts';

/* The script opens a popup's consents in their own window, and says so. */

const world = useWorld('google');
let app: App;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  app = await seedApp(deps.db, home.projectId, { allowedOrigins: ['https://portal.example.com'] });
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await seedRequirement(deps.db, app.id, { spec });
});

/** Returns the last page of a consent in its own window, and the page behind it. */
async function consentApart(userId: string) {
  const browser = openBrowser(world.server);
  const { path } = await browser.connect(await mintToken(world.server, app, userId));
  const begun = await browser.submit(`${path}/requirements/${calendar.id}/authorize`, { own: '1' });
  const { status, headers } = await browser.open(await visit(world, findOnward(begun)));
  expect(status).toBe(303);
  const { origin, pathname, search } = new URL(headers.location ?? '');
  expect(origin).toBe(world.server.deps.config.publicUrl);
  return { browser, path, end: pathname + search };
}

test('a consent in its own window ends on a page that closes itself, and the page behind it shows the result', async () => {
  const { browser, path, end } = await consentApart('ann');
  expect(end).toBe('/connect/done?status=success');
  const { status, text, headers } = await browser.open(end);
  expect([status, text.includes('data-close')]).toEqual([200, true]);
  expect(text).toContain('You can close this window');
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  const { json } = await browser.open(`${path}/status`);
  expect(json).toMatchObject({ requirements: { [calendar.id]: 'completed' } });
});

test('a refused consent in its own window says why and closes itself, and the page behind it shows the reason at the card', async () => {
  world.provider.set({ consent: 'deny' });
  const { browser, path, end } = await consentApart('bea');
  world.provider.reset();
  expect(end).toBe('/connect/done?status=error&error=access_denied');
  const { text } = await browser.open(end, { 'accept-language': 'de' });
  expect(text).toMatch(/Nicht verbunden.*Der Anbieter meldet, dass Sie den Zugriff nicht erlaubt/s);
  expect(text).toContain('data-close');
  const { json } = await browser.open(`${path}/status`);
  expect(json).toMatchObject({ failedAt: expect.any(String) });
  const left = await browser.open(path);
  expect(left.text).toMatch(
    /<details class="card" id="[^"]+" open[^>]*>.*role="alert"[^>]*>Google says that you did not allow access/s,
  );
  await browser.submit(`${path}/requirements/${calendar.id}/authorize`);
  expect((await browser.open(path)).text).not.toContain('role="alert"');
});

test('an unknown error of a provider is shown in our own words', async () => {
  const path = '/connect/done?status=error&error=%3Cb%3Ecall+0900';
  const { status, text } = await openBrowser(world.server).open(path);
  expect([status, text.includes('The provider refused'), text.includes('0900')]).toEqual([
    200,
    true,
    false,
  ]);
});
