import { describe, expect, test } from 'vitest';
import { statusOf } from '../helpers/end-users.ts';
import { leave } from '../helpers/grants.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import { useWorld } from '../helpers/world.ts';
import { ask, bring, connectionOf, resolveOf } from './bring.ts';

/* The forms of a vendor's token response, at the consent, in the requirement's status, and at the refresh. */

const world = useWorld('google');

/** Links an account and refreshes it; returns both configs that the app gets. */
async function bringAndRefresh(switches: Partial<Switches>) {
  world.provider.reset(switches);
  const asked = await ask(world, ['read']);
  const { status, text } = await bring(asked);
  expect([status, text]).toEqual([200, expect.stringContaining('is active')]);
  expect(await statusOf(asked.user, asked.requirement)).toBe('completed');
  const first = await resolveOf(asked);
  await leave(world, await connectionOf(asked), -5);
  const second = await resolveOf(asked);
  expect([first.__typename, second.__typename]).toEqual(['Credentials', 'Credentials']);
  expect(second.config?.access_token).toMatch(/^at_/);
  expect(second.config?.access_token).not.toBe(first.config?.access_token);
  expect(await statusOf(asked.user, asked.requirement)).toBe('completed');
  return { first, second };
}

describe('a token response is accepted', () => {
  test.each<[string, Partial<Switches>]>([
    ['in gzip', { encoding: 'gzip' }],
    ['in deflate', { encoding: 'deflate' }],
    ['in deflate without its envelope', { encoding: 'deflate-raw' }],
    ['in br', { encoding: 'br' }],
    ['form-encoded', { asForm: true }],
    ['form-encoded in gzip', { asForm: true, encoding: 'gzip' }],
    ['with a blank error', { extra: { error: '', error_description: '' } }],
    ['with an error of null', { extra: { error: null, errors: null } }],
    ['with an error of 0 and no errors', { extra: { error: 0, errors: [] } }],
    ['with a stray error', { extra: { error: 'none', ok: true } }],
    ['in Lark’s and TikTok’s data', { envelope: 'data' }],
    ['in Slack’s authed_user', { envelope: 'authed_user' }],
    ['with a scope of null', { extra: { scope: null } }],
    ['without a scope', { scope: 'none' }],
    ['with a list of scopes', { scope: ['read', 'write'] }],
    ['with a list as text', { scope: '["read"]' }],
    ['with scopes between commas', { scope: 'write,read' }],
    ['with scopes elsewhere', { scope: 'none', extra: { scopes: 'read write' } }],
  ])('%s', async (_, switches) => {
    const { second } = await bringAndRefresh(switches);
    expect(second.config?.scopes).toContain('read');
  });
});

describe('expires_in', () => {
  const hour = 3_600;
  test.each<[string, unknown, number]>([
    ['a text', '7200', 7_200],
    ['a fraction', 7_200.9, 7_200],
    ['a text with blanks', ' 7200 ', 7_200],
    ['negative', -1, hour],
    ['0', 0, hour],
    ['missing', null, hour],
    ['blank', '', hour],
    ['a word', 'soon', hour],
    ['true', true, hour],
    ['a list', [7_200], hour],
    ['huge', 1e15, 2 ** 31 - 1],
    ['endless', '1e999', hour],
  ])('%s', async (_, expiresIn, life) => {
    const { second } = await bringAndRefresh({ expiresIn });
    const left = (Date.parse(String(second.expiresAt)) - Date.now()) / 1_000;
    expect(left).toBeGreaterThan(life - 120);
    expect(left).toBeLessThanOrEqual(life + 5);
  });
});

describe('expires_at without expires_in', () => {
  const end = Math.floor(Date.now() / 1_000) + 7_200;
  const [fromNow, hour] = [7_200, 3_600];
  test.each<[string, unknown, number]>([
    ['a date', new Date(end * 1_000).toISOString(), fromNow],
    ['Unix seconds', end, fromNow],
    ['Unix seconds as text', `${end}.25`, fromNow],
    ['in the past', '2020-01-01T00:00:00Z', hour],
    ['a word', 'soon', hour],
    ['a list', [end], hour],
  ])('%s', async (_, expiresAt, life) => {
    const { second } = await bringAndRefresh({ expiresIn: null, extra: { expires_at: expiresAt } });
    const left = (Date.parse(String(second.expiresAt)) - Date.now()) / 1_000;
    expect(left).toBeGreaterThan(life - 120);
    expect(left).toBeLessThanOrEqual(life + 5);
  });
});

test.each<[unknown, string]>([
  [undefined, 'Bearer'],
  [null, 'Bearer'],
  ['', 'Bearer'],
  [7, 'Bearer'],
  ['bearer', 'bearer'],
  ['BEARER', 'BEARER'],
  ['user', 'user'],
])('a token_type of %j is returned as %s', async (given, shown) => {
  const { first, second } = await bringAndRefresh({ extra: { token_type: given } });
  expect([first.config?.token_type, second.config?.token_type]).toEqual([shown, shown]);
});

test.each<[string, Partial<Switches>, string]>([
  ['that becomes too large', { encoding: 'gzip' }, 'outbound_too_large'],
  ['in br that becomes too large', { encoding: 'br' }, 'outbound_too_large'],
  ['in an unknown encoding', { encoding: 'zstd' }, 'outbound_encoded'],
])('a response %s is an error, and keeps the token', async (_, switches, code) => {
  const asked = await ask(world, ['read']);
  const extra = { padding: 'x'.repeat(2 ** 24) };
  const isLarge = switches.encoding !== 'zstd';
  world.provider.set({ ...switches, ...(isLarge && { extra }) });
  const page = await bring(asked);
  expect([page.status, page.text]).toEqual([400, expect.stringContaining(code)]);
  expect(await statusOf(asked.user, asked.requirement)).toBe('pending');
  world.provider.reset();
  expect((await bring(asked)).status).toBe(200);
  await leave(world, await connectionOf(asked), 30);
  world.provider.set({ ...switches, ...(isLarge && { extra }) });
  expect((await resolveOf(asked)).__typename).toBe('Credentials'); // while the token lives
  expect(await statusOf(asked.user, asked.requirement)).toBe('completed');
});
