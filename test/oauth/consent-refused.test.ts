import { describe, expect, test } from 'vitest';
import { createOutboundFetch } from '../../src/core/outbound/outbound-fetch.ts';
import { eventsOf, statusOf } from '../helpers/grants.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { authorize, consent, open, prepare, useWorld, visit } from '../helpers/world.ts';

const world = useWorld('google');

async function refuse(switches: Partial<Switches>) {
  world.provider.set(switches);
  const id = await prepare(world);
  const page = await consent(world, id);
  expect(page.status).toBe(400);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect(await eventsOf(world, id)).not.toContain('connection.callback');
  const rows = await world.server.deps.db.oauthGrant.count({ where: { connectionId: id } });
  expect(rows).toBe(0);
  return page.text;
}

test('a denied consent shows the provider’s words as cut text and changes nothing', async () => {
  const denial = `<script>alert("marked")</script>\r\nSet-Cookie: marked=1 ${'x'.repeat(300)}end`;
  const text = await refuse({ consent: 'deny', denial });
  expect(text).toContain('Consent was not given. Nothing was changed.');
  expect(text).toContain('&lt;script&gt;alert(&quot;marked&quot;)&lt;/script&gt; Set-Cookie');
  expect(text).not.toMatch(/<script|xend/);
  const logged = JSON.stringify(world.server.logged());
  expect(logged).toContain('</script> Set-Cookie: marked=1');
  expect(logged).not.toContain('xend');
});

test('the page of a refusal repeats no value that was sent to the provider', async () => {
  const { secret = '' } = world.provider.client;
  const description = `<b>No</b> with ${secret} ${'y'.repeat(300)}`;
  world.provider.set({ failure: { kind: 'error', error: 'invalid_scope', description } });
  const { text } = await consent(world, await prepare(world));
  expect(text).toContain('Google says: “&lt;b&gt;No&lt;/b&gt; with …');
  expect(text).not.toContain('y'.repeat(200));
  expect(JSON.stringify(world.server.logged())).toContain('Google says: “<b>No</b> with …');
});

test('a callback with a code and a blank error completes the consent', async () => {
  world.provider.set({ callbackExtra: { error: '', error_description: '' } });
  expect((await consent(world, await prepare(world))).status).toBe(200);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['LinkedIn’s denial', { error: 'user_cancelled_authorize' }, /Consent was not given/],
  [
    'Facebook’s refusal without an error',
    { error_code: '1349126', error_message: '<App> not active' },
    /gave no code\. Google says: “&lt;App&gt; not active”/,
  ],
  [
    'a code of its own',
    { error: 'Application_Suspended' },
    /Google refused: application_suspended/,
  ],
  ['nothing at all', {}, /gave no code/],
])(
  'a callback with %s fails with a message and does not call the provider',
  async (_, parameters, words) => {
    const id = await prepare(world);
    const url = new URL(await visit(world, await authorize(world, id)), 'http://here');
    url.searchParams.delete('code');
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    world.provider.reset();
    const { status, text } = await open(world, url.pathname + url.search);
    expect([status, text]).toEqual([400, expect.stringMatching(words)]);
    expect(world.provider.calls).toHaveLength(0);
    expect(await statusOf(world, id)).toBe('incomplete');
  },
);

test('a callback with the provider’s issuer is accepted, and with another issuer refused', async () => {
  expect(await refuse({ iss: 'https://other.example' })).toContain('came from another provider');
  expect(await refuse({ iss: 'nonsense' })).toContain('came from another provider');
  expect(world.provider.calls).toHaveLength(0);
  world.provider.set({ iss: 'own' });
  expect((await consent(world, await prepare(world))).status).toBe(200);
});

describe('a failed exchange leaves the connection incomplete and says why', () => {
  const cases: [string, Partial<Switches>, string][] = [
    ['500', { failure: { kind: 'status', status: 500 } }, 'Google answered with status 500'],
    ['HTML', { failure: { kind: 'html' } }, 'Google did not answer with JSON (status 200)'],
    ['malformed', { failure: { kind: 'malformed' } }, 'Google did not answer with JSON'],
    ['huge', { failure: { kind: 'huge' } }, 'could not be reached (outbound_too_large)'],
    ['reset', { failure: { kind: 'reset' } }, 'could not be reached (outbound_unreachable)'],
    [
      'invalid_grant',
      { failure: { kind: 'error', error: 'invalid_grant', description: '<marked>' } },
      'no longer accepts the grant (invalid_grant)',
    ],
    [
      'GitHub’s error in a 200',
      { failure: { kind: 'error', error: 'bad_verification_code', status: 200 } },
      'no longer accepts the grant (bad_verification_code)',
    ],
    [
      'invalid_client',
      { failure: { kind: 'error', error: 'invalid_client', status: 401 } },
      'does not accept client_id and client_secret',
    ],
    [
      'an unknown code full of markup',
      { failure: { kind: 'error', error: '<b>marked</b>', status: 400 } },
      'the provider answered with an error.',
    ],
  ];

  test.each(cases)('%s', async (_, switches, words) => {
    const text = await refuse(switches);
    expect(text).toContain(words);
    expect(text).toContain('Start again.');
    expect(text).not.toContain('<marked');
  });

  test('slow', async () => {
    const { deps } = world.server;
    const { outbound } = deps;
    const trusted = createOutboundFetch({
      allowed: { hosts: new Set(), ranges: [] },
      trusted: true,
      deadline: 200,
    });
    deps.outbound = { ...outbound, trusted };
    const text = await refuse({ delay: { ms: 600, when: 'before' } });
    expect(text).toContain('could not be reached (outbound_timeout)');
    deps.outbound = outbound;
  });
});

test('the next consent after a failed one completes', async () => {
  const id = await prepare(world);
  world.provider.set({ failure: { kind: 'status', status: 503 } });
  expect((await consent(world, id)).status).toBe(400);
  world.provider.set({ failure: null });
  expect((await consent(world, id)).status).toBe(200);
});
