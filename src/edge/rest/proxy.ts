import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { authenticate } from '../../core/access/authenticate.ts';
import type { RequestContext, RequestFacts } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { perform } from '../../core/operations/perform.ts';
import type { EchoMask } from '../../core/proxy/echo-mask.ts';
import { headerValues, toCallerHeaders } from '../../core/proxy/proxy-headers.ts';
import type { ProxiedRequest, ProxiedResponse } from '../../features/connections/call-service.ts';
import { proxyRequest } from '../../features/connections/proxy-request.operation.ts';
import { proxyRequirement } from '../../features/end-users/proxy-requirement.operation.ts';
import {
  AppError,
  errorKinds,
  InvalidInputError,
  PayloadTooLargeError,
  UnauthenticatedError,
  UpstreamError,
} from '../../platform/errors.ts';
import type { Limits } from '../../platform/limits.ts';
import { failureJson, internalFailureJson } from '../http/failure.ts';
import { logBug, toAppError } from '../http/masking.ts';
import { errorInRestNames } from './field-names.ts';
import { errorHeaders } from './rest.app.ts';

/** The part of a path before the part that goes to the service. */
const proxyPath = /^\/v1\/(connections|requirements)\/([^/?]+)\/proxy(?=[/?]|$)/;

/** Whether a path leads to the service of a connection, or of what an end user connected. */
export function isProxyPath(path: string): boolean {
  return proxyPath.test(path);
}

/** One request through the proxy. `mayTakeLong` is called before a body of any length is read. */
type ProxyArrival = {
  req: IncomingMessage;
  res: ServerResponse;
  facts: RequestFacts;
  mayTakeLong: () => void;
};

/**
 * Serves `/v1/connections/{connection_id}/proxy/{path}`, and the same of a requirement. It is on `node:http` itself, because hono would
 * decode the path, and copy both bodies between two kinds of streams.
 */
export async function serveProxy(deps: Deps, arrival: ProxyArrival): Promise<void> {
  const { req, res, facts } = arrival;
  try {
    const response = await forward(deps, arrival);
    try {
      sendResponse(req, res, response);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
  } catch (error) {
    if (res.headersSent || res.destroyed) {
      res.destroy();
      return;
    }
    logBug({ deps, request: facts }, error);
    sendFailure(facts, res, toAppError(errorInRestNames(error)));
  }
}

async function forward(deps: Deps, arrival: ProxyArrival): Promise<ProxiedResponse> {
  const { req, res, facts } = arrival;
  const { method = '', headers, url = '' } = req;
  if (method === 'TRACE') throw new AppError('method_not_allowed', 'TRACE is not supported.');
  const look = () => authenticate(deps, headers.authorization);
  const viewer = await look();
  if (viewer.kind === 'connect_token') throw new UnauthenticatedError();
  keepSocketOpen(req, deps.config.limits);
  const limit = deps.config.limits.proxyMegabytes * 1024 * 1024;
  const length = bodyLength(req);
  if (length !== null && length > limit) throw new PayloadTooLargeError(limit);
  if (headers.upgrade?.toLowerCase().includes('websocket')) {
    throw new InvalidInputError([{ path: 'upgrade', message: 'is not supported by the proxy' }]);
  }
  const onGone = (callback: () => void) => (res.closed ? callback() : res.once('close', callback));
  const context: RequestContext = {
    deps,
    viewer,
    request: facts,
    app: null,
    lasting: { authenticate: look, onGone },
  };
  const request = (): ProxiedRequest => ({
    headers: req.rawHeaders,
    length,
    read: (how) => {
      if (how === 'streamed') arrival.mayTakeLong();
      return readCountedBody(req, limit);
    },
  });
  const [start = '', kind, id = ''] = proxyPath.exec(url) ?? [];
  const input = { method, path: url.slice(start.length), request };
  if (kind === 'connections') return perform(proxyRequest, context, { id, ...input });
  const userId = decodeUserId(headers['patchbay-user-id']);
  return perform(proxyRequirement, context, { requirementId: id, userId, ...input });
}

/** Node reads headers as Latin-1, and clients send UTF-8. */
function decodeUserId(header: string | string[] | undefined): string {
  return Buffer.from(String(header ?? ''), 'latin1').toString();
}

/** Milliseconds that the socket of the caller stays open beyond the time that a service may be silent. */
const socketMargin = 10_000;

/** The server closes silent sockets after a time that is shorter than what an operator may allow a service. */
function keepSocketOpen({ socket }: IncomingMessage, limits: Limits): void {
  const { proxyResponseSeconds, proxyIdleSeconds } = limits;
  const silence = Math.max(proxyResponseSeconds, proxyIdleSeconds) * 1_000 + socketMargin;
  if (socket.timeout !== undefined && socket.timeout < silence) socket.setTimeout(silence);
}

function bodyLength({ headers }: IncomingMessage): number | null {
  if ('transfer-encoding' in headers) return null;
  return Number(headers['content-length'] ?? 0);
}

/** Reads a body without closing the socket when a reader stops early: the response still needs it. */
async function* readCountedBody(req: IncomingMessage, limit: number): AsyncIterable<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > limit) throw new PayloadTooLargeError(limit);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof AppError ? error : new UpstreamError('The caller has left.', true);
  }
}

/** Sends what the service returned, as it arrives. If the service breaks off, so does the response. */
function sendResponse(req: IncomingMessage, res: ServerResponse, response: ProxiedResponse): void {
  const { status, body, mask } = response;
  if (body.destroyed) throw new UpstreamError('The service broke off its response.', true);
  const hasBody = req.method !== 'HEAD' && status !== 204 && status !== 304;
  const decoder = hasBody ? createDecoder(response) : undefined;
  const headers = toCallerHeaders(response.headers, mask.maskHeader);
  const kept = decoder === undefined ? headers : withoutHeaders(headers, codedHeaders);
  res.writeHead(status, {
    ...groupHeaders(withPrivateCache(kept)),
    'Patchbay-Proxy': 'upstream',
    'Content-Security-Policy': 'sandbox',
  });
  const source = decoder === undefined ? body : pipeline(body, decoder, () => {});
  sendBody(source, res, mayBeText(response) ? mask.maskBody() : plain);
}

/** A body in which nothing is masked. */
const plain: ReturnType<EchoMask['maskBody']> = {
  push: (chunk) => chunk,
  end: () => Buffer.alloc(0),
};

/* `stream.pipeline` creates an AbortController and a DOMException for each body: 5 % of the processor time. */
function sendBody(source: Readable, res: ServerResponse, { push, end }: typeof plain): void {
  let hasStarted = false;
  source.on('data', (chunk: Buffer) => {
    hasStarted = true;
    const bytes = push(chunk);
    if (bytes.length > 0 && !res.write(bytes)) source.pause();
  });
  res.on('drain', () => source.resume());
  source.once('end', () => res.end(end()));
  source.on('error', () => res.destroy());
  source.once('close', () => res.writableEnded || res.destroy());
  res.once('close', () => source.destroy());
  // Headers and first bytes share a packet, unless the service takes its time.
  setImmediate(() => hasStarted || res.destroyed || res.writableEnded || res.flushHeaders());
}

/** The headers that describe a body as it was encoded. */
const codedHeaders = new Set(['content-encoding', 'content-length', 'content-md5', 'etag']);

/**
 * Some services compress although the request forbids it; the mask must see the text.
 *
 * @throws UpstreamError if a text has an encoding that cannot be read.
 */
function createDecoder(response: ProxiedResponse) {
  const values = headerValues(response.headers, 'content-encoding');
  const coding = values.join().trim().toLowerCase();
  if (coding === '' || coding === 'identity') return undefined;
  const isWhole = response.status !== 206;
  if (isWhole && /^(?:x-)?gzip$/.test(coding)) return createGunzip();
  if (isWhole && coding === 'br') return createBrotliDecompress();
  if (isWhole && coding === 'deflate') return createInflate();
  if (!mayBeText(response)) return undefined;
  throw new UpstreamError(
    'The service sent a text in a content encoding that cannot be read.',
    false,
  );
}

const binaryTypes =
  /^(?:(?:image\/(?!svg)|audio\/|video\/|font\/)|application\/(?:zip|gzip|pdf|wasm|vnd\.openxmlformats|x-(?:tar|gzip|7z-compressed|bzip2))\b)/i;

/** Whether a body is searched for the credential: everything that is or may be text. */
function mayBeText({ headers }: ProxiedResponse): boolean {
  return !headerValues(headers, 'content-type').some((type) => binaryTypes.test(type.trim()));
}

function withoutHeaders(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter(
    (_, index) => !names.has(headers[index - (index % 2)]?.toLowerCase() ?? ''),
  );
}

/** Beside headers that were set before, `writeHead` keeps only the last of several with one name in a list. */
function groupHeaders(headers: readonly string[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? '';
    groups.set(name, [...(groups.get(name) ?? []), headers[index + 1] ?? '']);
  }
  return Object.fromEntries(groups);
}

/** A shared cache before this server must not answer for the credential of another caller. */
function withPrivateCache(headers: string[]): string[] {
  const isShared = headerValues(headers, 'cache-control').some((value) =>
    /\b(?:public|s-maxage|must-revalidate)\b/i.test(value),
  );
  return isShared ? [...headers, 'Cache-Control', 'private'] : headers;
}

function sendFailure(facts: RequestFacts, res: ServerResponse, known: AppError | undefined): void {
  const { status } = errorKinds[known?.kind ?? 'internal'];
  const json = known === undefined ? internalFailureJson(facts.id) : failureJson(known);
  const allow = status === 405 ? { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {};
  res.writeHead(status, {
    'Content-Type': 'application/json',
    'Patchbay-Proxy': 'patchbay',
    ...(known && errorHeaders(known)),
    ...allow,
  });
  res.end(JSON.stringify(json));
}
