import type { C } from './answer.ts';

/**
 * Returns whether the page is in a frame, as the browser says of a navigation and the script of what it
 * sends; it is not where nothing says so.
 */
export function isFramed(c: C, { framed }: Record<string, unknown>): boolean {
  return framed === '1' || ['iframe', 'frame'].includes(c.req.header('sec-fetch-dest') ?? '');
}
