import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { normalizeHost } from '../../platform/host-name.ts';
import { isTrustedPeer } from './request-facts.ts';

/* What Node lets through of a header is text in Latin-1; a host is in ASCII there. */
const asciiHost = /^[\w.:[\]-]+$/;

/**
 * The host that a request is for, in its one spelling; undefined where it is not said once and
 * well-formed. `X-Forwarded-Host` counts only from a trusted proxy, and then what the nearest one
 * wrote: the last.
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
 * Turns a target in absolute form, as a proxy sends it, into the usual one: its authority takes the place of
 * the Host header (RFC 9112, section 3.2.2).
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
