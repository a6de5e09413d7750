import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { normalizeHost } from '../../platform/addresses.ts';
import { OutboundRefusedError, OutboundTimeoutError } from './outbound.errors.ts';
import type { Outbound } from './outbound.ts';
import {
  createLookup,
  type Lookup,
  lookupAll,
  refusalOfHost,
  requirePublicPeer,
} from './outbound-connect.ts';
import { toOutboundError } from './outbound-fetch.ts';
import { isAllowed, isOpenAddress } from './outbound-policy.ts';

export type SocketTarget = {
  /** A name or a literal address, as a person typed it. */
  host: string;
  port: number;
  /** The signal of the caller. Its reason is thrown unchanged. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the socket is connected; the default is 10,000. */
  deadline?: number;
  lookup?: Lookup;
};

/**
 * Opens a TCP connection under the outbound policy, for protocols other than HTTP: to a public address, or to
 * what OUTBOUND_ALLOW opens. The caller owns the socket, does TLS on it, and destroys it.
 *
 * @throws OutboundError
 */
export async function connectChecked(
  { outbound: { allowed } }: { outbound: Pick<Outbound, 'allowed'> },
  { host: text, port, signal, deadline = 10_000, lookup = lookupAll }: SocketTarget,
): Promise<Socket> {
  signal?.throwIfAborted();
  const host = normalizeHost(isIP(text) === 6 ? `[${text}]` : text);
  if (host === undefined) throw new OutboundRefusedError('The address', 'is not a host name');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new OutboundRefusedError(host, 'has no port from 1 to 65535');
  }
  const isOpen = isAllowed({ hostname: host, port: String(port), protocol: 'tcp:' }, allowed);
  const isReachable = (address: string) => isOpen || isOpenAddress(address, allowed);
  // Node does not call `lookup` for a literal address, so it is checked here.
  if (isIP(host) !== 0 && !isReachable(host)) throw refusalOfHost(host);
  const socket = connect({ host, port, lookup: createLookup(lookup, isReachable) });
  requirePublicPeer(socket, host, isReachable);
  const ending = AbortSignal.timeout(deadline);
  try {
    const either = signal === undefined ? ending : AbortSignal.any([ending, signal]);
    await once(socket, 'connect', { signal: either });
    // A peer that was refused has destroyed the socket, and its error is not yet emitted.
    if (socket.destroyed) await once(socket, 'close');
    return socket;
  } catch (error) {
    socket.destroy();
    socket.on('error', () => {}); // an error of a socket that nobody owns would end the process
    signal?.throwIfAborted();
    if (ending.aborted) throw new OutboundTimeoutError(host, deadline);
    throw toOutboundError(error, host, deadline);
  }
}
