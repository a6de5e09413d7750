import type { Deps } from '../../core/deps/deps.ts';
import type { C } from './answer.ts';

/**
 * Whether a form was sent by a page of ours. `Sec-Fetch-Site` says so; browsers leave it out on plain
 * http, and send `Origin` with every POST there. What sends neither is no browser.
 */
export function isFromOwnPage({ config }: Deps, c: C): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('origin');
  return origin === undefined || origin === new URL(config.publicUrl).origin;
}
