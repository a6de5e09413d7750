import { isIP } from 'node:net';
import { longestHost, parseUrl } from './parse-url.ts';

/*
 * A host as it stands in a header or as a person writes it, without anything that a URL parser would take
 * for more than a host.
 */
const hostForm = /^(?:\[[\da-f:.]+\]|[^\s\p{Cc}/\\?#@%:[\]]+)(?::\d{1,5})?$/iu;
const longestName = 253;

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
  return name.length <= longestName && name.split('.').every(isLabel) ? name : undefined;
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
