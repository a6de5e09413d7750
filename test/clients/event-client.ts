import { type Client, createClient } from 'graphql-sse';
import type { Place } from './scenario.ts';

/** A client of graphql-sse that reconnects every 200 ms, and reports when a stream begins. */
export function createEventClient({ url, headers }: Place, onOpen: () => void): Client {
  return createClient({
    url,
    headers,
    retryAttempts: 100,
    retry: () => new Promise((resolve) => setTimeout(resolve, 200)),
    on: { connected: onOpen },
  });
}
