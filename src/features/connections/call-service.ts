import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import { markUsed } from '../../core/access/last-used.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { actorOf, recordEvent } from '../../core/audit/audit.service.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { rightCheckPause } from '../../core/changes/open-stream.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { OutboundError, OutboundRefusedError } from '../../core/outbound/outbound.errors.ts';
import {
  createOutboundStreams,
  type OutboundStreams,
} from '../../core/outbound/outbound-stream.ts';
import { createEchoMask, type EchoMask } from '../../core/proxy/echo-mask.ts';
import { type RawHeaders, toServiceHeaders } from '../../core/proxy/proxy-headers.ts';
import { takeProxySlot } from '../../core/proxy/proxy-slots.ts';
import { joinProxyTarget } from '../../core/proxy/proxy-target.ts';
import { replaceAccessToken } from '../../oauth/refresh/replace-access-token.ts';
import { AppError, InvalidInputError, UpstreamError } from '../../platform/errors.ts';
import type { Service } from './open-service.ts';
import type { StoredCredentials } from './stored-credentials.ts';

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Sends proxied requests. */
    proxyStreams: OutboundStreams;
    /** The connections whose service refused a token that was just refreshed. */
    refusedTokens: LRUCache<string, true>;
  }
}

export function createProxyStreams({ config: { limits }, outbound }: LeanDeps): OutboundStreams {
  return createOutboundStreams({
    allowed: outbound.allowed,
    connections: limits.proxyPerConnection,
    headersTimeout: limits.proxyResponseSeconds * 1_000,
    bodyTimeout: limits.proxyIdleSeconds * 1_000,
    maxResponseSize: limits.proxyMegabytes * 1024 * 1024,
  });
}

/** A service that refuses every token would otherwise cause a refresh at the provider for each call. */
export function createRefusedTokens(): LRUCache<string, true> {
  return new LRUCache({ max: 10_000, ttl: 300_000 });
}

/** A request that a caller sends to a service. */
export type ProxiedRequest = {
  headers: RawHeaders;
  /** Bytes of the body; 0 for no body, null if the caller does not say. */
  length: number | null;
  /** Reads the body, which may take long if it is streamed. */
  read: (how: 'streamed' | 'at once') => AsyncIterable<Uint8Array>;
};

/** The response of a service. Its body and headers are not masked yet. */
export type ProxiedResponse = {
  status: number;
  headers: RawHeaders;
  body: Readable;
  /** Overwrites the credential where the service has returned it. */
  mask: EchoMask;
};

type ServiceCall = {
  stored: StoredCredentials;
  service: Service;
  method: string;
  path: string;
  request: ProxiedRequest;
  /** Throws if the caller may no longer use the connection. */
  requireRight: () => Promise<void>;
  /** What the audit event says besides. */
  about?: JsonObject;
};

/** Longest body in bytes that is kept in memory, so that it can be sent again with a new token. */
const longestReplay = 65_536;

/**
 * Sends a request to the service of a connection. Its audit event is committed before the response is
 * returned. The exchange ends when the caller leaves or loses the right to the connection.
 *
 * @throws InvalidInputError if the outbound policy forbids the address, TooManyRequestsError, UpstreamError,
 * and an AppError if the service does not respond in time.
 */
export async function callService(
  context: RequestContext,
  call: ServiceCall,
): Promise<ProxiedResponse> {
  const { deps } = context;
  const { stored, service, method, about } = call;
  const { host } = service.base;
  const release = takeProxySlot(deps, stored.id, host);
  const { signal, end } = endWithRight(context, call.requireRight);
  const startedAt = performance.now();
  const record = (outcome: JsonObject) => {
    const ms = Math.round(performance.now() - startedAt);
    return recordEvent(context, {
      action: 'connection.proxy',
      projectId: stored.projectId,
      connectionId: stored.id,
      detail: { method, host, ...about, ...outcome, ms },
    });
  };
  try {
    const response = await sendAndRenew(context, call, signal);
    response.body.once('close', () => {
      release();
      end();
    });
    response.body.on('error', () => {}); // the edge hears of it by its own listener
    await record({ status: response.status }).catch((error: unknown) => {
      response.body.destroy();
      throw error;
    });
    markUsed(deps, 'connection', stored.id);
    return response;
  } catch (error) {
    release();
    end();
    const failure = toProxyFailure(error);
    if (!(failure instanceof AppError) || failure.kind === 'unavailable') throw failure;
    await record({ failure: error instanceof OutboundError ? error.code : failure.kind });
    failure.isRecorded = true;
    throw failure;
  }
}

/** Sends the request, and once more with a new access token if the service refuses the present one. */
async function sendAndRenew(
  context: RequestContext,
  call: ServiceCall,
  signal: AbortSignal,
): Promise<ProxiedResponse> {
  const { deps, viewer, request: facts } = context;
  const { service, stored, request } = call;
  const body = await takeBody(request, service.token !== null);
  const response = await sendOnce(context, { ...call, body, signal });
  if (response.status !== 401 || service.token === null) return response;
  if (deps.refusedTokens.has(stored.id)) return response;
  const by = { actor: actorOf(viewer), ip: facts.ip, requestId: facts.id };
  const refused = { connectionId: stored.id, refused: service.token.text };
  const tokens = await replaceAccessToken(deps, refused, by);
  if (tokens === undefined || !(body === null || Buffer.isBuffer(body))) return response;
  response.body.on('error', () => {}).destroy();
  const renewed = { ...call, service: service.token.replace(tokens), body, signal };
  const second = await sendOnce(context, renewed);
  if (second.status === 401) deps.refusedTokens.set(stored.id, true);
  return second;
}

type Body = Buffer | AsyncIterable<Uint8Array> | null;

function takeBody({ length, read }: ProxiedRequest, mayRepeat: boolean): Body | Promise<Body> {
  if (length === 0) return null;
  if (mayRepeat && length !== null && length <= longestReplay) return buffer(read('at once'));
  return read('streamed');
}

async function sendOnce(
  { deps }: RequestContext,
  call: ServiceCall & { body: Body; signal: AbortSignal },
): Promise<ProxiedResponse> {
  const { stored, service, method, path, request, body, signal } = call;
  const { base, credential } = service;
  const headers = toServiceHeaders(request.headers, credential.headers);
  const isStreamed = body !== null && !Buffer.isBuffer(body);
  if (isStreamed && request.length !== null) headers.push('content-length', `${request.length}`);
  const response = await deps.proxyStreams.send({
    pool: stored.id,
    origin: base.origin,
    path: joinProxyTarget(base, path, credential.query),
    method,
    headers,
    body,
    signal,
  });
  return { ...response, mask: createEchoMask(credential.secrets) };
}

/** Returns a signal that is aborted when the caller leaves, or loses the right to the connection. */
function endWithRight({ lasting }: RequestContext, requireRight: () => Promise<void>) {
  const ending = new AbortController();
  const check = () =>
    requireRight().catch((error: unknown) => {
      if (error instanceof AppError && error.kind !== 'unavailable') ending.abort(error);
    });
  const checking = setInterval(() => void check(), rightCheckPause).unref();
  let isOver = false;
  lasting?.onGone(() => {
    if (!isOver) ending.abort(new UpstreamError('The caller has left.', true));
  });
  const end = () => {
    isOver = true;
    clearInterval(checking);
  };
  return { signal: ending.signal, end };
}

function toProxyFailure(error: unknown): unknown {
  if (error instanceof OutboundRefusedError) {
    const message = `leads to an address that cannot be called: ${error.message}`;
    return new InvalidInputError([{ path: 'connectionId', message }], { cause: error });
  }
  if (!(error instanceof OutboundError)) return error;
  if (error.code === 'outbound_timeout') {
    return new AppError('upstream_timeout', `${error.message}.`, { cause: error });
  }
  return new UpstreamError(`${error.message}.`, true, { cause: error });
}
