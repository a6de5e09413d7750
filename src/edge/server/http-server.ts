import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Deps } from '../../core/deps/deps.ts';
import { createServerApp, everyAnswer } from './app.ts';

/**
 * Milliseconds, longer than a load balancer keeps an idle socket, so that it never sends into a closed
 * one.
 */
const keepAliveTimeout = 65_000;

/**
 * Milliseconds for the headers. They arrive at once; a body can take as long as the whole request.
 */
const longestHeaders = 15_000;

/** Pause in milliseconds between two searches for requests that take too long. */
const connectionsCheckingInterval = 1_000;

/**
 * Milliseconds without any traffic, after which the client counts as gone. Streams send a ping more often.
 */
const idleTimeout = 120_000;

/** Creates the HTTP server, which is ready to listen. */
export function createHttpServer(deps: Deps): Server {
  const requestTimeout = deps.config.limits.requestSeconds * 1_000;
  const headersTimeout = Math.min(requestTimeout, longestHeaders);
  const server = createServer({
    keepAliveTimeout,
    requestTimeout,
    headersTimeout,
    connectionsCheckingInterval,
    requireHostHeader: false, // a probe need not send Host; the app refuses other requests without it
  });
  server.setTimeout(idleTimeout);
  const begun = new WeakMap<Socket, ServerResponse>();
  server.on('request', (req, res) => begun.set(req.socket, res));
  const { listener, mayTakeLong } = createServerApp(deps);
  server.on('request', listener);
  // Node refuses an unknown Expect header without a body. HTTP also allows a server to ignore it.
  server.on('checkExpectation', (req, res) => server.emit('request', req, res));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = begun.get(socket);
    // The proxy has deadlines of its own, and Node looks at each request only once.
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (isLate && response !== undefined && mayTakeLong(response)) return;
    // A response that has begun cannot be refused: the bytes would be read as a part of it.
    const isAmid = response?.headersSent && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAmid) socket.destroy();
    else refuseUnread(deps, error, socket);
  });
  return server;
}

type HttpRefusal = { status: string; code: string; message: string };

const malformed: HttpRefusal = {
  status: '400 Bad Request',
  code: 'bad_request',
  message: 'The request is not valid HTTP.',
};

/** The requests that the HTTP parser gives up on, by its error code. */
const httpRefusals = new Map<string | undefined, HttpRefusal>([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: '431 Request Header Fields Too Large',
      code: 'request_header_fields_too_large',
      message:
        'The headers of the request are too large. In a browser, delete the cookies of this site.',
    },
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    {
      status: '413 Payload Too Large',
      code: 'payload_too_large',
      message: 'The chunk extensions of the body are too large.',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    {
      status: '408 Request Timeout',
      code: 'request_timeout',
      message: 'The request did not arrive in time.',
    },
  ],
]);

/**
 * Refuses, in the usual envelope, bytes that could not be read as a request. No listener sees them.
 */
function refuseUnread({ log }: Deps, error: NodeJS.ErrnoException, socket: Socket): void {
  const { status, code, message } = httpRefusals.get(error.code) ?? malformed;
  const id = randomUUID();
  const body = JSON.stringify({ error: { code, message } });
  const headers = [
    ['Connection', 'close'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['X-Request-Id', id],
    ...everyAnswer,
  ].map(([name, value]) => `${name}: ${value}\r\n`);
  log.info({ requestId: id, status: Number.parseInt(status, 10), code: error.code }, 'request');
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('')}\r\n${body}`, () => socket.destroy());
}
