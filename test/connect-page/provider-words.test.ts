import { beforeAll, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { useWorld, visit } from '../helpers/world.ts';
import { findOnward, openBrowser } from './form-browser.ts';

const world = useWorld('google');
let app: App;
let calendar: Requirement;
beforeAll(async () => {
  const { deps, home } = world.server;
  app = await seedApp(deps.db, home.projectId);
  const spec = { type: google, scopes: ['calendar.read', 'calendar.write'] };
  calendar = await seedRequirement(deps.db, app.id, { spec });
});

/** Runs a consent from the page that fails; returns the page's card and the log lines. */
async function consentBadly(switches: Partial<Switches>, language = 'en') {
  world.provider.set(switches);
  const browser = openBrowser(world.server);
  const { path } = await browser.connect(await mintToken(world.server, app));
  const begun = await browser.submit(`${path}/requirements/${calendar.id}/authorize`);
  const { status, headers } = await browser.open(await visit(world, findOnward(begun)));
  expect(status).toBe(303);
  const { pathname, search } = new URL(headers.location ?? '');
  const { text } = await browser.open(pathname + search, { 'accept-language': language });
  const [, alert = ''] = /role="alert"[^>]*>([^<]*)</.exec(text) ?? [];
  const logged = JSON.stringify(world.server.logged().slice(-20));
  return { alert, logged, text };
}

const hostile = '<b>Not</b> for\r\nyou \u202eevil\u200b\u0000';
const shown = '“&lt;b&gt;Not&lt;/b&gt; for you evil”';
const failing = (error: string, status = 400): Partial<Switches> => ({
  failure: { kind: 'error', error, status, description: hostile },
});

test.each<[string, Partial<Switches>, string]>([
  ['a denial', { consent: 'deny', denial: hostile }, 'Google says that you did not allow access.'],
  ['an exchange that is refused', failing('invalid_grant'), 'Google refused: '],
  ['a client that is refused', failing('invalid_client', 401), 'Google refused: '],
  ['an error in a 200', failing('made_up', 200), 'Google refused: '],
  ['a provider that is down', failing('server_error', 503), 'Google cannot be reached right now.'],
])(
  '%s is said at the card in the provider’s words, cleaned and escaped',
  async (_, switches, lead) => {
    const { alert, logged, text } = await consentBadly(switches);
    expect(alert).toContain(lead);
    expect(alert).toContain(shown);
    expect(text).not.toContain('<b>Not');
    expect(logged).toContain('<b>Not</b> for you evil');
  },
);

test('the provider’s words are cut, and hold no value that was sent to the provider', async () => {
  const { secret = '' } = world.provider.client;
  const description = `Wrong: ${secret} ${'x'.repeat(400)}end`;
  const { alert, logged } = await consentBadly({
    failure: { kind: 'error', error: 'invalid_client', status: 401, description },
  });
  expect(alert).toMatch(/“Wrong: … x+…”/);
  expect(alert + logged).not.toContain('xend');
  expect(logged).toContain('Wrong: … xxx');
});

test('a German card quotes the provider’s words with a German sentence', async () => {
  const { alert } = await consentBadly({ consent: 'deny', denial: 'Not by policy' }, 'de');
  expect(alert).toMatch(/nicht erlaubt haben.*Wörtlich: „Not by policy“/);
});

test('the card names scopes that were not granted', async () => {
  const { alert } = await consentBadly({ withheldScopes: ['calendar.write'] });
  expect(alert).toContain('Some permissions were not allowed: calendar.write.');
});

test('a refusal without words is shown in our own words', async () => {
  const { alert } = await consentBadly({ failure: { kind: 'raw', status: 400, body: '' } });
  expect(alert).toMatch(/^Google refused\. Nothing was changed\./);
});
