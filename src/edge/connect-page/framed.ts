import type { C } from './answer.ts';

/**
 * Returns whether the page is in a frame. A browser says so when it navigates, and the script when it
 * sends a form; without either the page is not in a frame.
 */
export function isFramed(c: C, { framed }: Record<string, unknown>): boolean {
  return framed === '1' || ['iframe', 'frame'].includes(c.req.header('sec-fetch-dest') ?? '');
}
