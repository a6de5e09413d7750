import { randomUUID } from 'node:crypto';
import { type BlockList, isIP, SocketAddress } from 'node:net';
import type { RequestFacts } from '../../core/access/request-context.ts';

/** The headers of a request that say where it came from. */
export type SenderHeaders = { requestId: string | undefined; forwardedFor: string | undefined };

/**
 * Returns the id of a request and the address of its client. `X-Request-Id` and `X-Forwarded-For` count
 * only if a trusted proxy sent them; the client is then the rightmost hop that is not a trusted proxy.
 */
export function requestFacts(
  trusted: BlockList,
  remoteAddress: string | undefined,
  { requestId, forwardedFor }: SenderHeaders,
): RequestFacts {
  const peer = remoteAddress === undefined ? null : plainAddress(remoteAddress);
  if (peer === null || !isTrusted(trusted, peer)) return { id: randomUUID(), ip: peer };
  const hops = (forwardedFor ?? '').split(',').map(readHop);
  const client = hops.findLast((hop) => isIP(hop) === 0 || !isTrusted(trusted, hop));
  const ip = client !== undefined && isIP(client) !== 0 ? client : peer;
  const isUsable = requestId !== undefined && /^[\w.:-]{1,128}$/.test(requestId);
  return { id: isUsable ? requestId : randomUUID(), ip };
}

/** Whether a trusted proxy sent a request. */
export function isTrustedPeer(trusted: BlockList, remoteAddress: string | undefined): boolean {
  return remoteAddress !== undefined && isTrusted(trusted, plainAddress(remoteAddress));
}

/*
 * Whether the list contains an address. The check costs as much as parsing a request, so an empty list is
 * skipped.
 */
function isTrusted(trusted: BlockList, address: string): boolean {
  if (!hasRules(trusted)) return false;
  return trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const rulesOf = new WeakMap<BlockList, boolean>();

function hasRules(trusted: BlockList): boolean {
  let known = rulesOf.get(trusted);
  if (known === undefined) {
    known = trusted.rules.length > 0;
    rulesOf.set(trusted, known);
  }
  return known;
}

/** Returns the address of a hop. Some proxies write it with a port, in brackets or in quotes. */
function readHop(hop: string): string {
  const text = hop.trim().replace(/^"(.*)"$/, '$1');
  const [, address] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, ipv4] = /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  return plainAddress(address ?? ipv4 ?? text);
}

/**
 * Returns the only spelling of an address, so that rates count it once: an IPv4 address over IPv6 becomes
 * IPv4. A zone id can be any text, so an address with one is not accepted.
 */
function plainAddress(address: string): string {
  if (address.includes('%')) return '';
  if (isIP(address) !== 6) return address;
  const plain = new SocketAddress({ address, family: 'ipv6' }).address;
  return plain.startsWith('::ffff:') && isIP(plain.slice(7)) === 4 ? plain.slice(7) : plain;
}
