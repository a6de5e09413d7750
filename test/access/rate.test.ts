import { describe, expect, test } from 'vitest';
import { createRate, ownerOf } from '../../src/core/access/rate.ts';

function rateOf(limit: number) {
  const clock = { now: 0 };
  const rate = createRate(() => clock.now);
  const ask = (address: string | null = '192.0.2.1') => {
    const owner = ownerOf(address);
    const wait = rate.secondsToWait(owner, limit);
    if (wait === 0) rate.take(owner);
    return wait;
  };
  return { clock, ask };
}

test('an address may make at most its limit of requests in any 60 seconds', () => {
  const { clock, ask } = rateOf(60);
  const taken: number[] = [];
  for (clock.now = 0; clock.now < 300_000; clock.now += 250) if (ask() === 0) taken.push(clock.now);
  expect(taken).toHaveLength(5 * 60);
  for (const time of taken) {
    const inMinute = taken.filter((other) => other > time - 60_000 && other <= time);
    expect(inMinute.length).toBeLessThanOrEqual(60);
  }
});

test('an address may continue after the announced wait, and not a second earlier', () => {
  const { clock, ask } = rateOf(2);
  expect([ask(), ask()]).toEqual([0, 0]);
  clock.now = 10_500;
  const wait = ask();
  expect(wait).toBe(50);
  clock.now += (wait - 1) * 1_000;
  expect(ask()).toBe(1);
  clock.now += 1_000;
  expect([ask(), ask(), ask()]).toEqual([0, 0, 60]);
});

test('an address does not use up the limit of another', () => {
  const { ask } = rateOf(1);
  expect([ask('192.0.2.1'), ask('192.0.2.2'), ask(null)]).toEqual([0, 0, 0]);
  expect([ask('192.0.2.1'), ask('192.0.2.2'), ask(null)]).toEqual([60, 60, 60]);
});

test('forgets the oldest counts instead of growing', () => {
  const { ask } = rateOf(1);
  expect([ask('192.0.2.1'), ask('192.0.2.2')]).toEqual([0, 0]);
  for (let other = 0; other < 10_000; other += 1) {
    expect(ask(`10.0.${other >> 8}.${other & 255}`)).toBe(0);
    if (other % 1_000 === 0) expect(ask('192.0.2.2')).toBe(60); // an active address is remembered
  }
  expect([ask('192.0.2.1'), ask('192.0.2.2')]).toEqual([0, 60]);
});

describe('IPv6 addresses share the limit of their /64', () => {
  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::', '2001:0DB8:0001:0002:0:0:0:1'],
    ['2001:db8::1', '2001:db8:0:0:1::'],
    ['::1', '::2'],
  ])('%s and %s share a limit', (one, other) => {
    expect(ownerOf(one)).toBe(ownerOf(other));
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8::1', '::1'],
  ])('%s and %s have two limits', (one, other) => {
    expect(ownerOf(one)).not.toBe(ownerOf(other));
  });
});
