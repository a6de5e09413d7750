/** Headers as `node:http` and undici write them down: name, value, name, value. */
export type RawHeaders = readonly string[];

/** The headers of one connection only (RFC 9110, section 7.6.1), and those of a proxy. */
const hopByHop = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
];

const droppedFromRequests = new Set([
  ...hopByHop,
  'accept-encoding', // a compressed response could not be searched for the credential
  'authorization',
  'content-length', // undici writes it
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'x-original-url', // some servers read these two instead of the path
  'x-real-ip',
  'x-rewrite-url',
]);

const droppedFromResponses = new Set([
  ...hopByHop,
  'set-cookie',
  'set-cookie2',
  // These change how a browser treats the whole origin, which is ours.
  'alt-svc',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
  'nel',
  'public-key-pins',
  'referrer-policy',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
  'timing-allow-origin',
  'x-content-type-options',
  'x-frame-options',
]);

/**
 * Returns the headers of a caller that go to the service, with those that carry the credential. The caller
 * can replace none of these.
 */
export function toServiceHeaders(
  sent: RawHeaders,
  injected: ReadonlyMap<string, string>,
): string[] {
  const listed = namesInConnection(sent);
  const own = new Set([...injected.keys()].map(comparable));
  const kept = filterHeaders(sent, (name) => {
    if (droppedFromRequests.has(name) || listed.has(name) || own.has(name)) return false;
    return !/^(?:x-forwarded-|proxy-|patchbay-)/.test(name);
  });
  return [...kept, 'accept-encoding', 'identity', ...[...injected].flat()];
}

/** Returns the headers of a service that go to the caller, each changed by `mask`. */
export function toCallerHeaders(received: RawHeaders, mask: (value: string) => string): string[] {
  const listed = namesInConnection(received);
  const kept = filterHeaders(received, (name) => {
    if (droppedFromResponses.has(name) || listed.has(name)) return false;
    return !/^(?:access-control-|proxy-|patchbay-)/.test(name);
  });
  return kept.map((text, index) => (index % 2 === 0 ? rename(text) : mask(text)));
}

/** Our own `X-Request-Id` is the one that our log knows. */
function rename(name: string): string {
  return name.toLowerCase() === 'x-request-id' ? 'Patchbay-Upstream-Request-Id' : name;
}

/** Returns the values of a header, in lower case. */
export function headerValues(headers: RawHeaders, wanted: string): string[] {
  return headers.filter(
    (_, index) => headers[index - 1]?.toLowerCase() === wanted && index % 2 > 0,
  );
}

function filterHeaders(headers: RawHeaders, isKept: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = [headers[index], headers[index + 1]];
    if (isKept(comparable(name))) kept.push(name, value);
  }
  return kept;
}

/** Some servers read `X_Api_Key` as `X-Api-Key`. */
function comparable(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Returns the names that `Connection` lists, which end with this hop too. */
function namesInConnection(headers: RawHeaders): ReadonlySet<string> {
  const lists = headerValues(headers, 'connection');
  return new Set(lists.flatMap((list) => list.split(',').map((name) => comparable(name.trim()))));
}
