import type { C } from './answer.ts';

/** Whether the page is drawn in a frame; where a browser does not say, it is not. */
export function isFramed(c: C): boolean {
  return ['iframe', 'frame'].includes(c.req.header('sec-fetch-dest') ?? '');
}
