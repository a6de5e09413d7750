/**
 * The URL that a text says; undefined when it says none. `URL.canParse` is not to be asked: in Node 20 it
 * begins to refuse letters such as `ü` once it was called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
