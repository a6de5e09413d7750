import { isIP } from 'node:net';
import {
  type AddressBytes,
  type AddressRange,
  isInRanges,
  isWithinRange,
  parseAddressRange,
  parseUrl,
  readIpv4,
  readIpv6,
} from '../../platform/addresses.ts';
import { embeddedIpv4, globalIpv6, refusedIpv4, refusedIpv6 } from './outbound-ranges.ts';

/** What OUTBOUND_ALLOW opens. */
export type OutboundAllowList = {
  /** Hosts as `host` or `host:port`: they may have any address, and use http. */
  hosts: ReadonlySet<string>;
  /** Addresses that a name may resolve to. As literals they are hosts. */
  ranges: readonly AddressRange[];
};

/** The target of a socket, with the property names that URL and undici share. */
export type OutboundTarget = { hostname: string; port: string; protocol: string };

const notHttps = 'must be an https URL';
const holdsUser = 'must not hold a user name or a password: use client_id and client_secret';
const isPrivate =
  'must not point into a private network; an operator can open a host in OUTBOUND_ALLOW';

// Names that always mean this machine or this network (RFC 6761, 6762, 8375, and .internal of ICANN).
const localName = /(^|\.)(localhost|local|internal|home\.arpa)$/;

/**
 * Whether a literal IPv4 or IPv6 address is global unicast. It is false for a text that is not an address.
 */
export function isGlobalUnicast(address: string): boolean {
  // An address with a zone id belongs to one link, even if its number is global.
  if (address.includes('%')) return false;
  switch (isIP(address)) {
    case 4:
      return isGlobalIpv4(readIpv4(address));
    case 6:
      return isGlobalIpv6(readIpv6(address));
    default:
      return false;
  }
}

/**
 * Returns the problem of an address that a person typed, as words that follow the field's name; undefined
 * if there is none. It does not resolve names: their addresses are checked when a socket is opened.
 */
export function findAddressProblem(text: string, allowed: OutboundAllowList): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return notHttps;
  const isOpen = isAllowed(url, allowed);
  if (url.protocol !== 'https:' && !(isOpen && url.protocol === 'http:')) return notHttps;
  if (url.username !== '' || url.password !== '') return holdsUser;
  if (isOpen || isPublicHost(hostOf(url))) return undefined;
  // A local name may resolve to an open range, which is checked when a socket is opened.
  if (allowed.ranges.length > 0 && isLocalName(hostOf(url))) return undefined;
  return isPrivate;
}

/**
 * Reads OUTBOUND_ALLOW, entries separated by commas; undefined if one is not `host`, `host:port` or a range
 * in CIDR notation.
 */
export function parseOutboundAllow(text: string): OutboundAllowList | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  const hosts = new Set<string>();
  const ranges: AddressRange[] = [];
  for (const entry of entries.filter((given) => given !== '')) {
    const range = parseAddressRange(entry);
    const host = range === undefined ? readHostEntry(entry) : undefined;
    if (range !== undefined) ranges.push(range);
    else if (host !== undefined) hosts.add(host);
    else return undefined;
  }
  return { hosts, ranges };
}

/** Whether OUTBOUND_ALLOW opens the host of the target, on all ports or on this one. */
export function isAllowed(target: OutboundTarget, allowed: OutboundAllowList): boolean {
  const host = hostOf(target);
  if (allowed.hosts.has(host) || allowed.hosts.has(`${host}:${portOf(target)}`)) return true;
  return isInRanges(host, allowed.ranges);
}

/** Whether a socket may be opened to a literal address: it is public, or in a range of OUTBOUND_ALLOW. */
export function isOpenAddress(address: string, { ranges }: OutboundAllowList): boolean {
  return isGlobalUnicast(address) || isInRanges(address, ranges);
}

/**
 * Returns the host as the URL parser has understood it. A number in any notation is a plain address by
 * then.
 */
export function hostOf({ hostname }: Pick<OutboundTarget, 'hostname'>): string {
  const bare =
    hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  let end = bare.length; // a regular expression for the last dots would try each dot as the first
  while (bare[end - 1] === '.') end -= 1;
  return bare.slice(0, end);
}

function portOf({ port, protocol }: OutboundTarget): string {
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}

function readHostEntry(entry: string): string | undefined {
  const [, host, port] = /^(\[[\da-f:.]+\]|[^\s:/?#@*\\[\]]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  const url = parseUrl(`http://${host}`);
  if (host === undefined || url === undefined || Number(port ?? 0) > 65_535) return undefined;
  const name = hostOf(url);
  return port === undefined ? name : `${name}:${Number(port)}`;
}

function isPublicHost(host: string): boolean {
  if (isIP(host) !== 0) return isGlobalUnicast(host);
  return host !== '' && !isLocalName(host);
}

function isLocalName(host: string): boolean {
  return localName.test(host);
}

function isGlobalIpv4(address: AddressBytes): boolean {
  return !refusedIpv4.some((range) => isWithinRange(address, range));
}

function isGlobalIpv6(address: AddressBytes): boolean {
  const embedded = embeddedIpv4.find((range) => isWithinRange(address, range));
  if (embedded) return isGlobalIpv4(address.slice(embedded.at, embedded.at + 4));
  if (!isWithinRange(address, globalIpv6)) return false;
  return !refusedIpv6.some((range) => isWithinRange(address, range));
}
