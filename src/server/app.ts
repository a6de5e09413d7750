import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { RequestFacts } from '../access/request-context.ts';
import type { Deps } from '../deps.ts';
import { InvalidInputError } from '../errors.ts';
import { createSchema } from '../graphql/schema.ts';
import { createExecute } from '../rest/execute.ts';
import { failureJson } from '../rest/failure.ts';
import { createRestApp } from '../rest/rest.app.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createOperatorApp } from './operator.app.ts';
import { requestFacts } from './request-facts.ts';
import { createGraphqlEndpoint } from './yoga.ts';

/** The whole server, ready to listen. */
export type App = { listener: RequestListener };

const everyAnswer = [
  ['Cache-Control', 'no-store'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
] as const;

/** Builds the server: `/graphql` goes to yoga's own handler, everything else to hono. */
export function createApp(deps: Deps): App {
  const schema = createSchema();
  const metrics = createMetrics();
  const graphql = createGraphqlEndpoint(deps, schema);
  const rest = createRestApp(deps, createExecute(schema));
  rest.route('/', createOperatorApp(deps, metrics));
  const factsOf = new WeakMap<IncomingMessage, RequestFacts>();
  const hono = getRequestListener((request, env) => {
    const { incoming } = env as HttpBindings;
    return rest.fetch(request, { facts: factsOf.get(incoming) });
  });
  const listener: RequestListener = (req, res) => {
    const facts = readFacts(deps, req);
    const path = req.url?.split('?', 1)[0] ?? '/';
    const edge = path === '/graphql' ? 'graphql' : 'rest';
    res.setHeader('X-Request-Id', facts.id);
    for (const [name, value] of everyAnswer) res.setHeader(name, value);
    watch(deps, metrics, { edge, path, facts }, req, res);
    closeUnlessRead(req, res);
    if (!hasOneHost(req)) return refuseHost(res);
    if (edge === 'graphql') return void graphql.handle(req, res, { facts });
    factsOf.set(req, facts);
    void hono(req, res);
  };
  return { listener };
}

const hostForm = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a request says, once and well-formed, which host it is for, and a path on it. */
function hasOneHost({ rawHeaders, headers, url }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  const { host = '' } = headers;
  const isHost = hostForm.test(host) && URL.canParse(`http://${host}`);
  return hosts.length === 1 && isHost && url?.startsWith('/') === true;
}

function refuseHost(res: ServerResponse): void {
  const error = new InvalidInputError([{ path: 'host', message: 'must be one host name' }]);
  res.writeHead(400, { 'Content-Type': 'application/json', Connection: 'close' });
  res.end(JSON.stringify(failureJson(error)));
}

/* What is left of a body that nobody read would be taken for the next request. */
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

type Watched = { edge: string; path: string; facts: RequestFacts };

/** Logs and counts a request when it ends; of its address only the path. */
function watch(
  { log }: Deps,
  { requests }: Metrics,
  { edge, path, facts }: Watched,
  { method = '' }: IncomingMessage,
  res: ServerResponse,
): void {
  const start = performance.now();
  res.once('close', () => {
    const ms = Math.round((performance.now() - start) * 10) / 10;
    const status = res.statusCode;
    const aborted = !res.writableFinished;
    requests.observe({ edge, method, status }, ms / 1000);
    log.info(
      { requestId: facts.id, method, path, status, ms, ip: facts.ip, ...(aborted && { aborted }) },
      'request',
    );
  });
}
