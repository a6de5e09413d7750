import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { HostApp, RequestFacts } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { findHostApp } from '../../features/apps/load-app.ts';
import { errorKinds, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { createConnectPage } from '../connect-page/connect-page.app.ts';
import { createGraphiql, wantsGraphiql } from '../graphql/graphiql.ts';
import { loadSchema } from '../graphql/schema.ts';
import { createGraphqlEndpoint } from '../graphql/yoga.ts';
import type { RestEnv } from '../http/env.ts';
import { failureJson, internalFailureJson } from '../http/failure.ts';
import { toAppError } from '../http/masking.ts';
import { isProxyPath, serveProxy } from '../rest/proxy.ts';
import { createRestApp } from '../rest/rest.app.ts';
import { applyCors } from './cors.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createOperatorApp } from './operator.app.ts';
import { readTarget, requestFacts, requestHost } from './request-facts.ts';

/** The whole server, which is ready to listen. */
type App = {
  listener: RequestListener;
  /** Whether the request of this response may take longer than others to arrive. */
  mayTakeLong: (res: ServerResponse) => boolean;
};

/** The facts about a request when it arrives. */
type Arrived = { edge: string; path: string; facts: RequestFacts };

/** The paths of probes, which need not name a host. */
const probes = new Set(['/health', '/ready', '/metrics']);
const graphqlMethods = 'GET, POST, OPTIONS';
const serverMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

export const everyAnswer = [
  ['Cache-Control', 'no-store'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
] as const;

/**
 * Builds the server. `/graphql` goes to GraphiQL or to the handler of yoga, everything else to hono.
 */
export function createServerApp(deps: Deps): App {
  const schema = loadSchema();
  const metrics = createMetrics(deps);
  const graphql = createGraphqlEndpoint(deps, schema);
  const graphiql = createGraphiql();
  const unhurried = new WeakSet<ServerResponse>();
  const rest = createRestApp(deps);
  rest.management.route('/', createConnectPage(deps));
  rest.management.route('/', createOperatorApp(deps, metrics));
  const callHono = (bindings: RestEnv['Bindings'], req: IncomingMessage, res: ServerResponse) => {
    const host = bindings.app ? rest.appHost : rest.management;
    const fetch = (request: Request) => host.fetch(request, bindings);
    void getRequestListener(fetch, { hostname: 'localhost' })(req, res);
  };
  const serve = async (req: IncomingMessage, res: ServerResponse, arrived: Arrived) => {
    const { edge, facts } = arrived;
    if (req.url === '*' && req.method === 'OPTIONS') return void sendAllow(res, serverMethods);
    const app = await findCalledApp(deps, req, arrived);
    if (app === null && isProxyPath(arrived.path)) {
      return serveProxy(deps, { req, res, facts, mayTakeLong: () => void unhurried.add(res) });
    }
    if (edge !== 'graphql') return callHono({ facts, app }, req, res);
    if (app !== null) throw new NotFoundError('path');
    if (req.method === 'OPTIONS') return void sendAllow(res, graphqlMethods);
    if (wantsGraphiql(req)) return graphiql(req, res);
    const onGone = (callback: () => void) =>
      res.closed ? callback() : res.once('close', callback);
    void graphql.handle(req, res, { facts, onGone });
  };
  const listener: RequestListener = (req, res) => {
    const facts = readFacts(deps, req);
    readTarget(req);
    const path = req.url?.split('?', 1)[0] ?? '/';
    const arrived = { edge: path === '/graphql' ? 'graphql' : 'rest', path, facts };
    res.setHeader('X-Request-Id', facts.id);
    for (const [name, value] of everyAnswer) res.setHeader(name, value);
    watch(deps, metrics, arrived, req, res);
    closeUnlessRead(req, res);
    const isApi = path === '/graphql' || path.startsWith('/v1/');
    if (isApi && applyCors(deps.config.corsOrigins, req, res)) return;
    serve(req, res, arrived).catch((error: unknown) => refuseRequest(deps, facts.id, error, res));
  };
  return { listener, mayTakeLong: (res) => unhurried.has(res) };
}

/**
 * Finds the app whose hostname a request names; null for a management host.
 *
 * @throws InvalidInputError if the request does not name exactly one valid host.
 */
async function findCalledApp(
  deps: Deps,
  req: IncomingMessage,
  { path }: Arrived,
): Promise<HostApp | null> {
  if (req.headers.host === undefined && probes.has(path)) return null;
  const host = requestHost(deps.config.trustedProxies, req);
  if (host === undefined || !req.url?.startsWith('/')) {
    throw new InvalidInputError([{ path: 'host', message: 'must be one host name' }]);
  }
  const found = findHostApp(deps, host);
  // `/health` is about the process, so it succeeds even if the database cannot be reached.
  return path === '/health' ? found.catch(() => null) : found;
}

function sendAllow(res: ServerResponse, methods: string): void {
  res.writeHead(204, { Allow: methods }).end();
}

/* Unread body bytes would be parsed as the next request, so the socket is closed. */
function closeUnlessRead(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete || !('content-length' in req.headers || 'transfer-encoding' in req.headers))
    return;
  const writeHead: (...args: never[]) => ServerResponse = res.writeHead;
  res.writeHead = (...args: never[]) => {
    if (!req.complete) res.setHeader('Connection', 'close');
    return writeHead.apply(res, args);
  };
}

function readFacts({ config }: Deps, { socket, headers }: IncomingMessage): RequestFacts {
  const forwarded = headers['x-forwarded-for'];
  const requestId = headers['x-request-id'];
  return requestFacts(config.trustedProxies, socket.remoteAddress, {
    requestId: typeof requestId === 'string' ? requestId : undefined,
    forwardedFor: Array.isArray(forwarded) ? forwarded.join(',') : forwarded,
  });
}

/**
 * The part of a path that the log leaves out: of a webhook's address its credential, and of a proxied request
 * what the caller asks the service for.
 */
const secretPart = /(?<=^\/v1\/(?:pipedream|(?:connections|requirements)\/[^/]+\/proxy)\/).+/;

/** Logs and counts a request when it ends. It logs only the path of the address. */
function watch(
  { log }: Deps,
  { requests }: Metrics,
  { edge, path, facts }: Arrived,
  { method = '' }: IncomingMessage,
  res: ServerResponse,
): void {
  const start = performance.now();
  const told = path.replace(secretPart, '…');
  res.once('close', () => {
    const ms = Math.round((performance.now() - start) * 10) / 10;
    const status = res.statusCode;
    const aborted = !res.writableFinished;
    requests.observe({ edge, method, status }, ms / 1000);
    log.info(
      {
        requestId: facts.id,
        method,
        path: told,
        status,
        ms,
        ip: facts.ip,
        ...(aborted && { aborted }),
      },
      'request',
    );
  });
}

/** Sends the response for a failure before GraphQL or REST saw the request. */
function refuseRequest({ log }: Deps, requestId: string, error: unknown, res: ServerResponse) {
  const known = toAppError(error);
  if (known === undefined) log.error({ err: error, requestId }, 'a request failed');
  const { status } = errorKinds[known?.kind ?? 'internal'];
  // After a malformed request we cannot know where it ends, so close the connection.
  const closing = status === 400 ? { Connection: 'close' } : {};
  res.writeHead(status, { 'Content-Type': 'application/json', ...closing });
  res.end(JSON.stringify(known ? failureJson(known) : internalFailureJson(requestId)));
}
