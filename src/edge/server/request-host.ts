import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { normalizeHost } from '../../platform/host-name.ts';
import { isTrustedPeer } from './request-facts.ts';

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
