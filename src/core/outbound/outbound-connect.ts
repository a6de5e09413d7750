import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import { isIP, type LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { OutboundRefusedError } from './outbound.errors.ts';
import type { OutboundTarget } from './outbound-policy.ts';

/** Resolves a name to all of its addresses. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

export type ConnectorOptions = {
  /** Whether the target is allowed even if its address is private. */
  isOpen: (target: OutboundTarget) => boolean;
  /** Whether the address is public or in an open range, so that every host may use it. */
  isPublic: (address: string) => boolean;
  lookup: Lookup | undefined;
  /** Milliseconds for connecting, TLS included. */
  timeout: number;
};

/**
 * Creates a connector that reaches only checked addresses: it checks before, during and after the name is
 * resolved.
 */
export function createOutboundConnector(options: ConnectorOptions): buildConnector.connector {
  const { isOpen, isPublic, lookup = lookupAll, timeout } = options;
  const checked = buildConnector({ timeout, lookup: createLookup(lookup, isPublic) });
  const open = buildConnector({ timeout, lookup: createLookup(lookup, () => true) });
  return (target, callback) => {
    const host = target.hostname;
    if (isOpen(target)) {
      open(target, callback);
      return;
    }
    // Node does not call `lookup` for a literal address, so it is checked here.
    if (isIP(host) !== 0 && !isPublic(host)) {
      callback(refusalOfHost(host), null);
      return;
    }
    requirePublicPeer(checked(target, callback), host, isPublic);
  };
}

/**
 * Checks the address that the socket has reached. It is the first listener, so TLS has not sent a byte
 * yet.
 */
export function requirePublicPeer(
  socket: unknown,
  host: string,
  isPublic: (address: string) => boolean,
) {
  // undici does not export the type of its socket.
  if (!(socket instanceof Socket)) throw new Error('undici gave no socket to judge.');
  socket.prependOnceListener('connect', () => {
    if (!isPublic(socket.remoteAddress ?? '')) socket.destroy(refusalOfHost(host));
  });
}

/**
 * Creates a lookup that returns exactly the checked addresses. A second resolution could return others
 * (DNS rebinding).
 */
export function createLookup(
  lookup: Lookup,
  isPublic: (address: string) => boolean,
): LookupFunction {
  return (host, options, callback) => {
    lookup(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isPublic(address))) {
          callback(refusalOfHost(host), '', 0);
        } else if (options.all) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

export function refusalOfHost(host: string): OutboundRefusedError {
  return new OutboundRefusedError(host, 'is not a public address');
}

export function lookupAll(host: string): Promise<LookupAddress[]> {
  return resolveName(host, { all: true });
}
