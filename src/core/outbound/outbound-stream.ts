import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { Agent, type Dispatcher } from 'undici';
import {
  createConnector,
  idleSockets,
  type OutboundOptions,
  requireAddress,
  toOutboundError,
} from './outbound-fetch.ts';

/** A request whose body and response are streams. */
type StreamedRequest = {
  /** Sockets are shared only by requests of the same pool and origin. */
  pool: string;
  /** The address without the path. The policy must allow it. */
  origin: string;
  /** Path and query, as they are sent. */
  path: string;
  method: string;
  /** Name, value, name, value. */
  headers: string[];
  body: Buffer | AsyncIterable<Uint8Array> | null;
  signal: AbortSignal;
};

type StreamedResponse = Pick<Dispatcher.ResponseData, 'body'> & {
  status: number;
  /** Name, value, name, value; the values are Latin-1. */
  headers: string[];
};

/** Sends requests that stream both ways, under the outbound policy. It follows no redirects. */
export type OutboundStreams = {
  /** Resolves with the head of the response. @throws OutboundError, or what `signal` or the body gives. */
  send: (request: StreamedRequest) => Promise<StreamedResponse>;
  close: () => Promise<void>;
};

type StreamOptions = OutboundOptions & {
  /** Most sockets of a pool to one origin. */
  connections: number;
  /** Milliseconds from the last byte of the request to the head of the response. */
  headersTimeout: number;
  /** Milliseconds between two parts of a response. */
  bodyTimeout: number;
  /** Bytes of a response body. */
  maxResponseSize: number;
};

/** Milliseconds for connecting, TLS included. */
const connectTimeout = 10_000;
const mostPools = 500;
/** Milliseconds for which a pool without requests is kept. Its sockets close much earlier. */
const poolLife = 60_000;

export function createOutboundStreams(options: StreamOptions): OutboundStreams {
  const { connections, headersTimeout, bodyTimeout, maxResponseSize } = options;
  const connect = createConnector(options, connectTimeout);
  const agents = new LRUCache<string, Agent>({
    max: mostPools,
    ttl: poolLife,
    updateAgeOnGet: true,
    dispose: (agent) => void agent.close().catch(() => {}), // requests in flight go on
  });
  const agentOf = (pool: string) => {
    const known = agents.get(pool);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect,
      connections,
      maxResponseSize,
      headersTimeout,
      bodyTimeout,
      ...idleSockets,
    });
    agents.set(pool, agent);
    return agent;
  };
  const send: OutboundStreams['send'] = async ({ pool, origin, method, body, ...request }) => {
    const { host } = requireAddress(origin, options);
    request.signal.throwIfAborted();
    try {
      const answer = await agentOf(pool).request({
        ...request,
        origin,
        method: method as 'GET', // undici takes every method
        body: body as Readable | null, // and every async iterable
        responseHeaders: 'raw',
      });
      const headers = answer.headers as unknown as string[]; // a list, because of `raw`
      return { status: answer.statusCode, headers, body: answer.body };
    } catch (error) {
      request.signal.throwIfAborted();
      throw toOutboundError(error, host, headersTimeout);
    }
  };
  const close = async () => {
    const open = [...agents.values()];
    await Promise.all(open.map((agent) => agent.destroy()));
    agents.clear();
  };
  return { send, close };
}
