import { isIP } from 'node:net';
import { type AddressBytes, parseUrl, readIpv4, readIpv6 } from '../../platform/addresses.ts';
import { embeddedIpv4, globalIpv6, isWithin, refusedIpv4, refusedIpv6 } from './outbound-ranges.ts';

/** The hosts, as `host` or `host:port`, that OUTBOUND_ALLOW opens: any address, and http. */
export type OutboundAllowList = ReadonlySet<string>;

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
  return isPrivate;
}

/**
 * Reads OUTBOUND_ALLOW, entries separated by commas; undefined if one is not `host` or `host:port`.
 */
export function parseOutboundAllow(text: string): OutboundAllowList | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  const hosts = entries.filter((entry) => entry !== '').map(readHostEntry);
  return hosts.every((host) => host !== undefined) ? new Set(hosts) : undefined;
}

/** Whether OUTBOUND_ALLOW opens the host of the target, on all ports or on this one. */
export function isAllowed(target: OutboundTarget, allowed: OutboundAllowList): boolean {
  const host = hostOf(target);
  return allowed.has(host) || allowed.has(`${host}:${portOf(target)}`);
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
  return host !== '' && !localName.test(host);
}

function isGlobalIpv4(address: AddressBytes): boolean {
  return !refusedIpv4.some((range) => isWithin(address, range));
}

function isGlobalIpv6(address: AddressBytes): boolean {
  const embedded = embeddedIpv4.find((range) => isWithin(address, range));
  if (embedded) return isGlobalIpv4(address.slice(embedded.at, embedded.at + 4));
  if (!isWithin(address, globalIpv6)) return false;
  return !refusedIpv6.some((range) => isWithin(address, range));
}
