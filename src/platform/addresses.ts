import { isIP } from 'node:net';

/** Maximum length of a host in characters. To normalize a host of a megabyte takes minutes. */
const longestHost = 500;

/**
 * Parses a URL; undefined if the text is not one or its host is too long. It does not use `URL.canParse`:
 * in Node 20 that starts to refuse letters such as `ü` once it was called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  // The authority as a URL parser reads it: after any number of slashes of both kinds, and of blanks,
  // which it drops.
  const [, authority = ''] = /^[^:]*:[\s/\\]*([^/\\?#]*)/.exec(text) ?? [];
  if (authority.length - authority.lastIndexOf('@') > longestHost) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/*
 * A host as it stands in a header or as a person writes it, without anything that a URL parser would take
 * for more than a host.
 */
const hostForm = /^(?:\[[\da-f:.]+\]|[^\s\p{Cc}/\\?#@%:[\]]+)(?::\d{1,5})?$/iu;
const longestHostName = 253;

/**
 * Returns the only spelling of a host that the server compares: lower-case ASCII (IDNA) without port and
 * trailing dot, and the plain form of an IP address. Undefined if the text is not a host.
 */
export function normalizeHost(text: string): string | undefined {
  const isForm = text.length <= longestHost && hostForm.test(text);
  const url = isForm ? parseUrl(`http://${text}`) : undefined;
  if (url === undefined) return undefined;
  const name = url.hostname.replace(/^\[|\]$|\.$/g, '');
  if (isIP(name) !== 0) return name;
  return name.length <= longestHostName && name.split('.').every(isLabel) ? name : undefined;
}

/** Whether a name or address always means the machine itself (RFC 6761). */
export function isLoopbackHost(host: string): boolean {
  return /(^|\.)localhost$/.test(host) || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a host is one of these domains or a subdomain of one. */
export function isWithinDomains(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/* Host names contain no underscores, but the names of containers do. */
function isLabel(label: string): boolean {
  return /^[\da-z_]([\w-]{0,61}[\da-z_])?$/.test(label);
}

/** An IP address as its 4 or 16 bytes. */
export type AddressBytes = readonly number[];

/** Returns the bytes of a literal that `node:net` accepts as IPv4. */
export function readIpv4(address: string): AddressBytes {
  return address.split('.').map(Number);
}

/** Returns the bytes of a literal that `node:net` accepts as IPv6. It has no zone id. */
export function readIpv6(address: string): AddressBytes {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [readGroups(head), readGroups(tail)];
  const zeros = new Array<number>(16 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right];
}

function readGroups(groups: string): AddressBytes {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return readIpv4(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** A range of addresses: those whose first `bits` bits are the bits of `network`. */
export type AddressRange = { network: AddressBytes; bits: number };

/**
 * Reads a range in CIDR notation such as `10.0.0.0/8` or `fd00::/8`. Undefined if the text is not one, or if
 * the address has bits after the prefix: then the author may have meant another range.
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [, address = '', prefix = ''] = /^([\da-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const network = readAddress(address);
  if (network === undefined) return undefined;
  // A range of IPv4-mapped addresses is one of IPv4 addresses, and counts its bits from there.
  const bits = Number(prefix) - (network.length === 4 && address.includes(':') ? 96 : 0);
  if (bits < 0 || bits > 8 * network.length) return undefined;
  const isExact = network.every((byte, index) => (byte & ~maskOf(bits, index) & 0xff) === 0);
  return isExact ? { network, bits } : undefined;
}

/** Whether an address has the first bits of a range. */
export function isWithinRange(address: AddressBytes, { network, bits }: AddressRange): boolean {
  if (address.length !== network.length) return false;
  return network.every((byte, index) => {
    const mask = maskOf(bits, index);
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

/** Whether a literal address is in one of the ranges. It is false for a text that is not an address. */
export function isInRanges(text: string, ranges: readonly AddressRange[]): boolean {
  if (ranges.length === 0) return false;
  const address = readAddress(text);
  return address !== undefined && ranges.some((range) => isWithinRange(address, range));
}

/**
 * Returns the bytes of a literal address; undefined for any other text, and for an address with a zone id,
 * which belongs to one link. An IPv4-mapped IPv6 address is the IPv4 address.
 */
function readAddress(text: string): AddressBytes | undefined {
  if (isIP(text) === 4) return readIpv4(text);
  if (isIP(text) !== 6 || text.includes('%')) return undefined;
  const bytes = readIpv6(text);
  return isWithinRange(bytes, mappedIpv4) ? bytes.slice(12) : bytes;
}

const mappedIpv4: AddressRange = { network: readIpv6('::ffff:0:0'), bits: 96 };

function maskOf(bits: number, index: number): number {
  const significant = Math.min(8, Math.max(0, bits - 8 * index));
  return (0xff00 >> significant) & 0xff;
}
