/** Maximum length of a host in characters. To normalize a host of a megabyte takes minutes. */
export const longestHost = 500;

/**
 * Parses a URL; undefined if the text is not one or its host is too long. It does not use `URL.canParse`:
 * in Node 20 that starts to refuse letters such as `ü` once it was called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  // The authority as a URL parser reads it: after any number of slashes of both kinds, and of blanks,
  // which it drops.
  const [, authority = ''] = /^[^:]*:[\s/\\]*([^/\\?#]*)/.exec(text) ?? [];
  if (authority.length - authority.lastIndexOf('@') > longestHost) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
