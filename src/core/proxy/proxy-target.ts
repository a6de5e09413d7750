/*
 * The path and the query of a proxied request stay the bytes that the caller sent: to decode and encode them
 * again could change their meaning. They are only checked, and appended to the base URL, whose host is the one
 * that is connected to. So no path can choose another host. What is refused could leave the base path at a
 * server that decodes or shortens paths.
 */

/** Most rounds of percent-decoding that a check looks through, as chained servers do. */
const mostDecodings = 4;

/**
 * Returns what is wrong with the part of the address after `/proxy`, as words that follow "path"; undefined
 * if nothing is.
 */
export function findProxyTargetProblem(target: string): string | undefined {
  if (!/^(?:[/?]|$)/.test(target)) return 'must begin with a slash';
  if (!/^[!-~]*$/.test(target)) return 'must be ASCII, with everything else percent-encoded';
  if (target.includes('#')) return 'must not hold a fragment';
  let path = splitTarget(target).path;
  for (let round = 0; round <= mostDecodings; round += 1) {
    const problem = findPathProblem(path);
    if (problem !== undefined) return problem;
    const decoded = decodeOnce(path);
    if (decoded === path) return undefined;
    path = decoded;
  }
  return 'must not be percent-encoded that many times';
}

function findPathProblem(path: string): string | undefined {
  if (path.startsWith('//')) return 'must not begin with two slashes';
  if (path.includes('\\')) return 'must not hold a backslash, encoded or not';
  if (/\p{Cc}/u.test(path.replace(/[\x80-\x9f]/g, ''))) {
    return 'must not hold control characters, encoded or not';
  }
  // Two bytes that say an ASCII character in a way that UTF-8 forbids, and an encoding that only IIS reads.
  if (/[\xc0\xc1][\x80-\xbf]|%u[\da-f]{4}/i.test(path)) return 'must be encoded as UTF-8';
  return path.split('/').some(isDotSegment)
    ? 'must not hold the segments "." and "..", encoded or not'
    : undefined;
}

/** Some servers ignore what follows a semicolon, and blanks around a segment. */
function isDotSegment(segment: string): boolean {
  const name = segment.split(';', 1)[0]?.trim();
  return name === '.' || name === '..';
}

/** Returns a text with each `%XX` replaced by its byte. */
function decodeOnce(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: '' };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Returns the path and query of a proxied request, to be sent to the origin of the base URL. The query
 * parameters that carry the credential replace those of the caller.
 *
 * @param target was checked with {@link findProxyTargetProblem}.
 */
export function joinProxyTarget(
  base: URL,
  target: string,
  injected: readonly (readonly [name: string, value: string])[],
): string {
  const { path, query } = splitTarget(target);
  const names = new Set(injected.map(([name]) => name.toLowerCase()));
  const kept = query.split('&').filter((part) => !names.has(nameOfParameter(part)));
  const added = injected.map((pair) => pair.map(encodeURIComponent).join('='));
  const joined = [base.search.slice(1), ...kept, ...added].filter((part) => part !== '').join('&');
  return `${joinPaths(base.pathname, path)}${joined === '' ? '' : `?${joined}`}`;
}

function joinPaths(base: string, path: string): string {
  if (path === '') return base;
  return `${base.endsWith('/') ? base.slice(0, -1) : base}${path}`;
}

function nameOfParameter(part: string): string {
  const name = decodeOnce(part.split('=', 1)[0]?.replaceAll('+', ' ') ?? '');
  return Buffer.from(name, 'latin1').toString().toLowerCase();
}
