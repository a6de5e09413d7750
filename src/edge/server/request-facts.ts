import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP, SocketAddress } from 'node:net';
import type { RequestFacts } from '../../core/access/request-context.ts';
import { normalizeHost } from '../../platform/addresses.ts';

/** The headers of a request that say where it came from. */
type SenderHeaders = { requestId: string | undefined; forwardedFor: string | undefined };

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
function isTrustedPeer(trusted: BlockList, remoteAddress: string | undefined): boolean {
  return remoteAddress !== undefined && isTrusted(trusted, plainAddress(remoteAddress));
}

function isTrusted(trusted: BlockList, address: string): boolean {
  return trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
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

/* The characters of a host. Node passes Latin-1 text of a header through, but a host is ASCII. */
const asciiHost = /^[\w.:[\]-]+$/;

/**
 * Returns the host of a request in its only spelling; undefined if it does not name exactly one valid
 * host. `X-Forwarded-Host` counts only from a trusted proxy, and of several values the last, which the
 * nearest proxy wrote.
 */
export function requestHost(trusted: BlockList, request: IncomingMessage): string | undefined {
  const { rawHeaders, headers, socket } = request;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  const own = hosts.length === 1 ? readHost(headers.host) : undefined;
  const forwarded = headers['x-forwarded-host'];
  if (own === undefined || forwarded === undefined) return own;
  if (!isTrustedPeer(trusted, socket.remoteAddress)) return own;
  return readHost(String(forwarded).split(',').at(-1)?.trim());
}

/**
 * Converts a target in absolute form, as a proxy sends it, to the usual form. Its authority replaces the
 * Host header (RFC 9112, section 3.2.2).
 */
export function readTarget(request: IncomingMessage): void {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(request.url ?? '') ?? [];
  if (authority === undefined) return;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.headers.host = authority;
  request.rawHeaders = ['Host', authority, ...withoutHost(request.rawHeaders)];
}

function withoutHost(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !/^host$/i.test(rawHeaders[index - (index % 2)] ?? ''));
}

function readHost(text: string | undefined): string | undefined {
  return text !== undefined && asciiHost.test(text) ? normalizeHost(text) : undefined;
}
