import { Agent } from 'undici';
import { isLoopback } from '../../platform/config/config.ts';
import { parseUrl } from '../../platform/parse-url.ts';
import { OutboundRefusedError } from './outbound.errors.ts';
import { readAnswer } from './outbound-answer.ts';
import { createOutboundConnector, type Lookup } from './outbound-connect.ts';
import { withinDeadline } from './outbound-deadline.ts';
import {
  findAddressProblem,
  hostOf,
  isAllowed,
  isGlobalUnicast,
  type OutboundAllowList,
} from './outbound-policy.ts';

export type OutboundInit = {
  method: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams | null | undefined;
  signal?: AbortSignal | undefined;
};

/** A request under the outbound policy, fit for oauth4webapi's `customFetch`; throws an OutboundError. */
export type OutboundFetch = (url: string, init: OutboundInit) => Promise<Response>;

export type OutboundOptions = {
  /** What OUTBOUND_ALLOW opens. */
  allowed: OutboundAllowList;
  /** For endpoints that the operator gave: at any address, and http on loopback. All limits stay. */
  trusted?: boolean;
  lookup?: Lookup;
  /** Milliseconds from the call to the last byte of the answer; 10,000 when absent. */
  deadline?: number;
};

/** Makes requests that reach public addresses only, end in time, and answer with at most 1 MiB. */
export function createOutboundFetch(options: OutboundOptions): OutboundFetch {
  const { deadline = 10_000 } = options;
  const agent = createAgent(options, deadline);
  return async (text, { method, headers, body, signal }) => {
    const url = requireAddress(text, options);
    return withinDeadline({ host: url.host, deadline, signal }, async (ending) => {
      const answer = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: method as 'POST',
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: body?.toString() ?? null,
        signal: ending,
      });
      return readAnswer(url.host, answer);
    });
  };
}

/** An agent of its own, so that neither a proxy of the environment nor a global dispatcher is used. */
function createAgent({ allowed, trusted, lookup }: OutboundOptions, deadline: number): Agent {
  const connect = createOutboundConnector({
    isOpen: (target) => trusted === true || isAllowed(target, allowed),
    isPublic: isGlobalUnicast,
    lookup,
    timeout: deadline,
  });
  return new Agent({
    connect,
    connections: 64,
    // A provider that closes an idle connection under a refresh leaves its outcome unknown.
    keepAliveTimeout: 2_000,
    keepAliveMaxTimeout: 5_000,
    // The one deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Returns why an address that the operator gave would be refused; undefined when it would not. */
export function findTrustedAddressProblem(
  text: string,
  allowed: OutboundAllowList,
): string | undefined {
  return isTrustedAddress(text) ? undefined : findAddressProblem(text, allowed);
}

function requireAddress(text: string, { allowed, trusted }: OutboundOptions): URL {
  const find = trusted === true ? findTrustedAddressProblem : findAddressProblem;
  const problem = find(text, allowed);
  const url = parseUrl(text);
  if (url === undefined || problem !== undefined) {
    throw new OutboundRefusedError(url?.host || 'The address', problem ?? 'is not a URL');
  }
  return url;
}

function isTrustedAddress(text: string): boolean {
  const url = parseUrl(text);
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'http:' ? isLoopback(hostOf(url)) : url.protocol === 'https:';
}
