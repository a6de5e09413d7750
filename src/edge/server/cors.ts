import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The response headers that a script of another origin can read. Browsers accept no pattern here.
 */
const exposedHeaders = ['X-Request-Id', 'Retry-After', 'Patchbay-Proxy'].join(', ');
const corsMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].join(', ');
/** Seconds for which a browser caches a preflight. Chromium allows two hours at most. */
const preflightMaxAge = 7_200;

/**
 * Lets scripts of the listed origins call the APIs. Other origins get no CORS header. It returns true for
 * a preflight, to which it responds itself.
 */
export function applyCors(
  origins: readonly string[],
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  res: ServerResponse,
): boolean {
  if (origins.length === 0) return false;
  const { origin } = headers;
  const isListed = origin !== undefined && origins.includes(origin);
  const isPreflight =
    method === 'OPTIONS' && origin !== undefined && 'access-control-request-method' in headers;
  // A cache must not give the response for one origin to another origin, or to a request without one.
  keepInVary(res, isPreflight ? ['Origin', 'Access-Control-Request-Headers'] : ['Origin']);
  if (isListed) {
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Expose-Headers', exposedHeaders);
  }
  if (!isPreflight) return false;
  if (isListed) {
    res.setHeader('Access-Control-Allow-Methods', corsMethods);
    const asked = headers['access-control-request-headers'];
    if (asked !== undefined) res.setHeader('Access-Control-Allow-Headers', asked);
    res.setHeader('Access-Control-Max-Age', String(preflightMaxAge));
  }
  res.writeHead(204).end();
  return true;
}

/* Adds names to Vary. `writeHead` would otherwise replace a header that was set before. */
function keepInVary(res: ServerResponse, names: readonly string[]): void {
  res.setHeader('Vary', names.join(', '));
  const writeHead: (...args: never[]) => ServerResponse = res.writeHead;
  res.writeHead = (...args: never[]) => {
    const written = args.findLast((arg) => typeof arg === 'object' && arg !== null);
    if (written !== undefined) addToVary(written, names);
    return writeHead.apply(res, args);
  };
}

function addToVary(written: Record<string, unknown> | unknown[], names: readonly string[]): void {
  if (Array.isArray(written)) {
    const at = written.findIndex((name, n) => n % 2 === 0 && /^vary$/i.test(String(name)));
    if (at >= 0) written[at + 1] = [written[at + 1], ...names].join(', ');
    return;
  }
  const key = Object.keys(written).find((name) => name.toLowerCase() === 'vary');
  if (key !== undefined) written[key] = [written[key], ...names].join(', ');
}
