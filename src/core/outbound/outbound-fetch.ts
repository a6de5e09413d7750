import { Agent, type buildConnector, errors } from 'undici';
import { parseUrl } from '../../platform/addresses.ts';
import { isLoopback } from '../../platform/config/config.ts';
import {
  OutboundError,
  OutboundRefusedError,
  OutboundTimeoutError,
  OutboundUnreachableError,
} from './outbound.errors.ts';
import { readAnswer } from './outbound-answer.ts';
import { createOutboundConnector, type Lookup } from './outbound-connect.ts';
import {
  findAddressProblem,
  hostOf,
  isAllowed,
  isOpenAddress,
  type OutboundAllowList,
} from './outbound-policy.ts';

type OutboundInit = {
  method: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams | null | undefined;
  signal?: AbortSignal | undefined;
};

/**
 * Sends a request under the outbound policy. It fits the `customFetch` of oauth4webapi and throws an
 * OutboundError.
 */
export type OutboundFetch = (url: string, init: OutboundInit) => Promise<Response>;

export type OutboundOptions = {
  /** The hosts and ranges that OUTBOUND_ALLOW opens. */
  allowed: OutboundAllowList;
  /**
   * True for endpoints that the operator configured: every address is allowed, and http on loopback. All
   * limits stay.
   */
  trusted?: boolean;
  lookup?: Lookup;
  /** Milliseconds from the call to the last byte of the response; the default is 10,000. */
  deadline?: number;
};

/**
 * Creates a function whose requests reach only public addresses, end in time, and return at most 1 MiB.
 */
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

/**
 * Creates an agent of our own, so that neither a proxy of the environment nor a global dispatcher is used.
 */
function createAgent(options: OutboundOptions, deadline: number): Agent {
  return new Agent({
    connect: createConnector(options, deadline),
    connections: 64,
    ...idleSockets,
    // The deadline of the whole exchange covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Milliseconds for which an idle socket is kept. If a provider closed it during a request, the outcome would
 * be unknown, so idle sockets close early.
 */
export const idleSockets = { keepAliveTimeout: 2_000, keepAliveMaxTimeout: 5_000 } as const;

/** Creates a connector that opens sockets only to what the policy allows. */
export function createConnector(
  { allowed, trusted, lookup }: OutboundOptions,
  timeout: number,
): buildConnector.connector {
  return createOutboundConnector({
    isOpen: (target) => trusted === true || isAllowed(target, allowed),
    isPublic: (address) => isOpenAddress(address, allowed),
    lookup,
    timeout,
  });
}

/**
 * Returns the reason why an address that the operator configured would be refused; undefined if it would
 * not.
 */
export function findTrustedAddressProblem(
  text: string,
  allowed: OutboundAllowList,
): string | undefined {
  return isTrustedAddress(text) ? undefined : findAddressProblem(text, allowed);
}

/** @throws OutboundRefusedError if the policy does not allow the address. */
export function requireAddress(text: string, { allowed, trusted }: OutboundOptions): URL {
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

type Deadline = {
  host: string;
  /** The deadline in milliseconds. */
  deadline: number;
  /** The signal of the caller. Its reason is thrown unchanged. */
  signal: AbortSignal | undefined;
};

/**
 * Runs one exchange and tears it down at the deadline. It turns foreign errors into OutboundErrors.
 */
async function withinDeadline<Answer>(
  { host, deadline, signal }: Deadline,
  exchange: (ending: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const expire = () => ending.abort(new OutboundTimeoutError(host, deadline));
  const cancel = () => ending.abort(signal?.reason);
  const timer = setTimeout(expire, deadline);
  signal?.addEventListener('abort', cancel);
  try {
    // undici ignores the signal while it connects, so the deadline is awaited here too.
    return await Promise.race([exchange(ending.signal), rejectAt(ending.signal)]);
  } catch (error) {
    // Every other error at the deadline is a consequence of it.
    if (ending.signal.aborted) throw ending.signal.reason;
    ending.abort(); // closes the socket of a response that was refused unread
    throw toOutboundError(error, host, deadline);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function rejectAt(ending: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    ending.addEventListener('abort', () => reject(ending.reason));
  });
}

/** Turns an error of undici or of the system into an OutboundError; any other error stays as it is. */
export function toOutboundError(error: unknown, host: string, deadline: number): unknown {
  if (error instanceof OutboundError || !(error instanceof Error)) return error;
  if (error instanceof errors.HTTPParserError) return new OutboundUnreachableError(host, 'no HTTP');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return error;
  // A request can also wait for a socket that an earlier request had begun to open.
  if (timeoutCodes.includes(code)) return new OutboundTimeoutError(host, deadline);
  return new OutboundUnreachableError(host, code);
}

const timeoutCodes = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];
