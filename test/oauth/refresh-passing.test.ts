import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createOutboundFetch } from '../../src/core/outbound/outbound-fetch.ts';
import { connectMany } from '../helpers/connect-many.ts';
import {
  endPause,
  eventsOf,
  grantOf,
  leave,
  refusalOf,
  statusOf,
  tokenOf,
} from '../helpers/grants.ts';
import type { Failure } from '../helpers/providers/oauth-provider.switches.ts';
import { useWorld } from '../helpers/world.ts';

const world = useWorld('box');
let connections: string[];
beforeAll(async () => {
  connections = await connectMany(world, cases.length + retryAfters.length + 2);
});

/** Each test has its own connection. */
function takeConnection(): string {
  const id = connections.pop();
  if (id === undefined) throw new Error('Too few were connected.');
  return id;
}

const cases: [string, Failure, string][] = [
  ['500', { kind: 'status', status: 500 }, 'Box answered with status 500'],
  ['503', { kind: 'status', status: 503, retryAfter: '2' }, 'Box answered with status 503'],
  ['429', { kind: 'status', status: 429 }, 'Box answered with status 429'],
  ['429 in JSON', { kind: 'error', error: 'invalid_request', status: 429 }, 'status 429'],
  ['500 in JSON', { kind: 'error', error: 'invalid_grant', status: 500 }, 'status 500'],
  ['HTML', { kind: 'html' }, 'Box did not answer with JSON'],
  ['malformed JSON', { kind: 'malformed' }, 'Box did not answer with JSON'],
  ['5 MB', { kind: 'huge' }, 'could not be reached (outbound_too_large)'],
  ['a reset', { kind: 'reset' }, 'could not be reached (outbound_unreachable)'],
  ['a strange error', { kind: 'error', error: '<b>x</b>' }, 'answered with an error'],
];

describe('a temporary failure changes nothing and ends by itself:', () => {
  test.each(cases)('%s', async (_, failure, words) => {
    const id = takeConnection();
    const first = await tokenOf(world, id);
    world.provider.reset({ failure: { ...failure, on: 'refresh_token' } });
    await leave(world, id, 5);
    expect((await tokenOf(world, id)).access_token).toBe(first.access_token);
    expect(await grantOf(world, id)).toMatchObject({
      consecutiveFailures: 1,
      leaseOwner: null,
      lastRefreshError: expect.stringContaining(words),
    });
    await leave(world, id, -5);
    await endPause(world, id);
    const refusal = await refusalOf(world, id);
    expect(refusal).toEqual({ status: 502, message: expect.stringContaining(words) });
    expect(refusal.message).not.toContain('<');
    expect(await statusOf(world, id)).toBe('active');
    world.provider.set({ failure: null });
    await endPause(world, id);
    expect((await tokenOf(world, id)).access_token).not.toBe(first.access_token);
    const healed = { consecutiveFailures: 0, lastRefreshError: null, attemptStartedAt: null };
    expect(await grantOf(world, id)).toMatchObject(healed);
    expect(await eventsOf(world, id)).not.toContain('connection.expire');
  });

  test('slow', async () => {
    const id = takeConnection();
    const { deps } = world.server;
    const { outbound } = deps;
    const trusted = createOutboundFetch({
      allowed: { hosts: new Set(), ranges: [] },
      trusted: true,
      deadline: 400,
    });
    deps.outbound = { ...outbound, trusted };
    onTestFinished(() => {
      deps.outbound = outbound;
    });
    world.provider.set({ delay: { ms: 700, when: 'before', on: 'refresh_token' } });
    await leave(world, id, -5);
    const timeout = { status: 502, message: expect.stringContaining('outbound_timeout') };
    expect(await refusalOf(world, id)).toEqual(timeout);
    expect(await statusOf(world, id)).toBe('active');
  });
});

test('the provider is not called before the end of the pause, which doubles and varies', async () => {
  const id = takeConnection();
  world.provider.reset({ failure: { kind: 'status', status: 500, on: 'refresh_token' } });
  await leave(world, id, -5);
  const pauses: number[] = [];
  for (let failures = 1; failures <= 9; failures += 1) {
    await refusalOf(world, id);
    expect((await refusalOf(world, id)).message).toContain('status 500');
    expect(world.provider.calls).toHaveLength(failures);
    const { nextRefreshAt, consecutiveFailures } = await grantOf(world, id);
    expect(consecutiveFailures).toBe(failures);
    pauses.push((Number(nextRefreshAt) - Date.now()) / 1000);
    await endPause(world, id);
  }
  for (const [index, pause] of pauses.entries()) {
    const full = Math.min(2 ** (index + 1), 60);
    expect(pause).toBeGreaterThan(full / 2 - 1);
    expect(pause).toBeLessThanOrEqual(full);
  }
});

const retryAfters = [
  ['seconds', () => '120', 120],
  ['a date', () => new Date(Date.now() + 300_000).toUTCString(), 300],
  ['nonsense', () => 'soon', 2],
  ['a date long gone', () => new Date(0).toUTCString(), 2],
  ['next week', () => '604800', 3600],
  ['a date in another century', () => 'Fri, 31 Dec 2150 23:59:59 GMT', 3600],
] as const;

test.each(retryAfters)(
  'Retry-After is respected for an hour at most: %s',
  async (_, retryAfter, expected) => {
    const id = takeConnection();
    const limited = { kind: 'status', status: 429, on: 'refresh_token' } as const;
    world.provider.set({ failure: { ...limited, retryAfter: retryAfter() } });
    await leave(world, id, 5);
    await tokenOf(world, id);
    const { nextRefreshAt } = await grantOf(world, id);
    const pause = (Number(nextRefreshAt) - Date.now()) / 1000;
    expect(pause).toBeGreaterThan(expected / 2 - 2);
    expect(pause).toBeLessThanOrEqual(expected + 1);
  },
);
