/** Longer than any host is written; to bring one of a megabyte into one form takes minutes. */
export const longestHost = 500;

/**
 * The URL that a text says; undefined when it says none, or one with an endless host. `URL.canParse` is not to
 * be asked: in Node 20 it begins to refuse letters such as `ü` once it was called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  // As a URL's parser reads it: any number of slashes of both kinds, and blanks that it drops.
  const [, authority = ''] = /^[^:]*:[\s/\\]*([^/\\?#]*)/.exec(text) ?? [];
  if (authority.length - authority.lastIndexOf('@') > longestHost) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
