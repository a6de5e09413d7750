import { isIP } from 'node:net';
import { longestHost, parseUrl } from './parse-url.ts';

/* As written in a header or by a person: nothing that a URL's parser would take for more than a host. */
const hostForm = /^(?:\[[\da-f:.]+\]|[^\s\p{Cc}/\\?#@%:[\]]+)(?::\d{1,5})?$/iu;
const longestName = 253;

/**
 * The one spelling of a host: lower-case, in ASCII (IDNA), without port and trailing dot, and of an
 * IP address, however it is written, the plain one. Undefined for what is no host.
 */
export function normalizeHost(text: string): string | undefined {
  const isForm = text.length <= longestHost && hostForm.test(text);
  const url = isForm ? parseUrl(`http://${text}`) : undefined;
  if (url === undefined) return undefined;
  const name = url.hostname.replace(/^\[|\]$|\.$/g, '');
  if (isIP(name) !== 0) return name;
  return name.length <= longestName && name.split('.').every(isLabel) ? name : undefined;
}

/** A name or an address that only ever means the machine itself (RFC 6761). */
export function isLoopbackHost(host: string): boolean {
  return /(^|\.)localhost$/.test(host) || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a host is one of these domains, or below one. */
export function isWithinDomains(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/* Underscores are in no host name, but in the names of containers. */
function isLabel(label: string): boolean {
  return /^[\da-z_]([\w-]{0,61}[\da-z_])?$/.test(label);
}
