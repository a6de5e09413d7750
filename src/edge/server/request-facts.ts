import { randomUUID } from 'node:crypto';
import { type BlockList, isIP, SocketAddress } from 'node:net';
import type { RequestFacts } from '../../core/access/request-context.ts';

/** What a request's headers say of where it came from. */
export type SenderHeaders = { requestId: string | undefined; forwardedFor: string | undefined };

/**
 * A request's id and its client's address. `X-Request-Id` and `X-Forwarded-For` count only from a
 * trusted proxy; the client is then the rightmost hop that is none.
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

/** Whether who sent a request is a proxy of ours. */
export function isTrustedPeer(trusted: BlockList, remoteAddress: string | undefined): boolean {
  return remoteAddress !== undefined && isTrusted(trusted, plainAddress(remoteAddress));
}

/* Asking a BlockList costs as much as parsing a request; most have no rules. */
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

/** The address of a hop, which some proxies write with its port, in brackets or in quotes. */
function readHop(hop: string): string {
  const text = hop.trim().replace(/^"(.*)"$/, '$1');
  const [, address] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, ipv4] = /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  return plainAddress(address ?? ipv4 ?? text);
}

/**
 * An address in its one spelling, so that rates count it once: an IPv4 address that arrived over IPv6 is
 * written as IPv4. A zone, which may be any text, makes it no address.
 */
function plainAddress(address: string): string {
  if (address.includes('%')) return '';
  if (isIP(address) !== 6) return address;
  const plain = new SocketAddress({ address, family: 'ipv6' }).address;
  return plain.startsWith('::ffff:') && isIP(plain.slice(7)) === 4 ? plain.slice(7) : plain;
}
