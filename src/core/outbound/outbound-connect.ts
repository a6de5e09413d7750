import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import { isIP, type LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { OutboundRefusedError } from './outbound.errors.ts';
import type { OutboundTarget } from './outbound-policy.ts';

/** Every address of a name. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

export type ConnectorOptions = {
  /** Whether this target may be connected to whatever its address is. */
  isOpen: (target: OutboundTarget) => boolean;
  /** Whether any host may be connected to at this address. */
  isPublic: (address: string) => boolean;
  lookup: Lookup | undefined;
  /** Milliseconds to connect in, TLS included. */
  timeout: number;
};

/** Connects to judged addresses only: before, while and after a name is resolved. */
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
    // Node never asks `lookup` about a literal address.
    if (isIP(host) !== 0 && !isPublic(host)) {
      callback(refusal(host), null);
      return;
    }
    requirePublicPeer(checked(target, callback), host, isPublic);
  };
}

/** Judges a connection by where it has arrived; first of all listeners, before TLS sends a byte. */
function requirePublicPeer(socket: unknown, host: string, isPublic: (address: string) => boolean) {
  // The types of undici keep its connector's socket to themselves.
  if (!(socket instanceof Socket)) throw new Error('undici gave no socket to judge.');
  socket.prependOnceListener('connect', () => {
    if (!isPublic(socket.remoteAddress ?? '')) socket.destroy(refusal(host));
  });
}

/** Hands out the very addresses that were judged, so that nobody resolves the name a second time. */
function createLookup(lookup: Lookup, isPublic: (address: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    lookup(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isPublic(address))) {
          callback(refusal(host), '', 0);
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

function refusal(host: string): OutboundRefusedError {
  return new OutboundRefusedError(host, 'is not a public address');
}

function lookupAll(host: string): Promise<LookupAddress[]> {
  return resolveName(host, { all: true });
}
