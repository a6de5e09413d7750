import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { readIpv6 } from '../oauth/outbound-ranges.ts';

const minute = 60_000;
const rememberedAddresses = 10_000;

/** Counts what each client address did in the last minute, in this process. */
export type AddressRate = ReturnType<typeof createAddressRate>;

/** @param limit how often an address may, a minute. */
export function createAddressRate(limit: number, now: () => number) {
  const takenBy = new LRUCache<string, number[]>({ max: rememberedAddresses });
  const takenIn = (whose: string) =>
    (takenBy.get(whose) ?? []).filter((time) => time > now() - minute);
  return {
    /** In how many seconds the address may again; 0 when it may now. */
    secondsToWait(address: string | null): number {
      const taken = takenIn(ownerOf(address));
      const first = taken[taken.length - limit];
      return first === undefined ? 0 : Math.ceil((first + minute - now()) / 1_000);
    },
    take(address: string | null): void {
      const whose = ownerOf(address);
      takenBy.set(whose, [...takenIn(whose), now()]);
    },
  };
}

/** Whoever has an IPv6 address has its /64. */
export function ownerOf(address: string | null): string {
  if (address === null) return 'unknown';
  return isIP(address) === 6 ? readIpv6(address).slice(0, 8).join('.') : address;
}
