import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Deps } from '../../core/deps/deps.ts';
import { createApp, everyAnswer } from './app.ts';

/** Longer than a load balancer keeps an idle connection, so that it never sends into a closed one. */
const keepAliveTimeout = 65_000;

/** The headers come at once; a body may take as long as the whole request. */
const longestHeaders = 15_000;

/** How often requests are looked through for those that take too long. */
const connectionsCheckingInterval = 1_000;

/** Nothing is sent or read for so long: the client does not read. Streams send a ping more often. */
const idleTimeout = 120_000;

/** Makes the server of HTTP, ready to listen. */
export function createHttpServer(deps: Deps): Server {
  const requestTimeout = deps.config.limits.requestSeconds * 1_000;
  const headersTimeout = Math.min(requestTimeout, longestHeaders);
  const server = createServer({
    keepAliveTimeout,
    requestTimeout,
    headersTimeout,
    connectionsCheckingInterval,
    requireHostHeader: false, // a probe may send no Host; the app refuses a request where it needs one
  });
  server.setTimeout(idleTimeout);
  const begun = new WeakMap<Socket, ServerResponse>();
  server.on('request', (req, res) => begun.set(req.socket, res));
  server.on('request', createApp(deps).listener);
  // Node refuses an Expect header that it does not know without a body; a server may as well ignore it.
  server.on('checkExpectation', (req, res) => server.emit('request', req, res));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = begun.get(socket);
    // What is written now would be read as a part of a response that is on its way.
    const isAmid = response?.headersSent && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAmid) socket.destroy();
    else refuseUnread(deps, error, socket);
  });
  return server;
}

type Refusal = { status: string; code: string; message: string };

const malformed: Refusal = {
  status: '400 Bad Request',
  code: 'bad_request',
  message: 'The request is not valid HTTP.',
};

/** What the parser of requests gives up on, by its error code. */
const refusals = new Map<string | undefined, Refusal>([
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

/** Refuses, in the usual envelope, what could not be read as a request; no listener sees it. */
function refuseUnread({ log }: Deps, error: NodeJS.ErrnoException, socket: Socket): void {
  const { status, code, message } = refusals.get(error.code) ?? malformed;
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
