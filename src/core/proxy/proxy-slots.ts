import { TooManyRequestsError } from '../../platform/errors.ts';
import type { Deps } from '../deps/deps.ts';

declare module '../deps/deps.ts' {
  interface Deps {
    /** How many proxied requests are under way, by connection and by host. */
    proxyCounts: Map<string, number>;
  }
}

/**
 * Counts one more proxied request until the returned function is called.
 *
 * @throws TooManyRequestsError if the connection or the host has as many as the limits allow.
 */
export function takeProxySlot(
  { proxyCounts: counts, config: { limits } }: Deps,
  connectionId: string,
  host: string,
): () => void {
  const bounds = [
    {
      key: `connection ${connectionId}`,
      most: limits.proxyPerConnection,
      whose: 'This connection',
    },
    { key: `host ${host}`, most: limits.proxyPerHost, whose: host },
  ];
  for (const { key, most, whose } of bounds) {
    if ((counts.get(key) ?? 0) < most) continue;
    throw new TooManyRequestsError(
      `${whose} has ${most} proxied requests under way, which is the limit.`,
      1,
    );
  }
  for (const { key } of bounds) counts.set(key, (counts.get(key) ?? 0) + 1);
  let isTaken = true;
  return () => {
    if (!isTaken) return;
    isTaken = false;
    for (const { key } of bounds) {
      const left = (counts.get(key) ?? 0) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    }
  };
}
