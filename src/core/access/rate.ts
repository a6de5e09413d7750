import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { readIpv6 } from '../../platform/addresses.ts';

const minute = 60_000;
const rememberedRates = 10_000;
const rememberedTimes = 500_000;

/** Counts how often each key, such as an address, acted in this process within the last minute. */
export type Rate = ReturnType<typeof createRate>;

/**
 * Creates a rate, by a monotonic clock that nobody can set back. Its memory is bounded: beyond 10,000 keys
 * or 500,000 times it forgets the keys that acted longest ago.
 */
export function createRate(now = () => performance.now()) {
  const takenBy = new LRUCache<string, number[]>({
    max: rememberedRates,
    maxSize: rememberedTimes,
    sizeCalculation: (times) => times.length,
  });
  const takenIn = (key: string) => (takenBy.get(key) ?? []).filter((time) => time > now() - minute);
  return {
    /**
     * Returns after how many seconds a key may act again, at `limit` times a minute; 0 if it may act now.
     */
    secondsToWait(key: string, limit: number): number {
      const taken = takenIn(key);
      const first = taken[taken.length - limit];
      return first === undefined ? 0 : Math.ceil((first + minute - now()) / 1_000);
    },
    take(key: string): void {
      takenBy.set(key, [...takenIn(key), now()]);
    },
  };
}

/**
 * Returns the key by which an address is counted. An IPv6 address counts by its /64, because one client
 * usually has a whole /64.
 */
export function ownerOf(address: string | null): string {
  if (address === null) return 'unknown';
  return isIP(address) === 6 ? readIpv6(address).slice(0, 8).join('.') : address;
}
