import { ConfigError } from '../config.ts';
import { createOutboundFetch, type OutboundFetch } from './outbound-fetch.ts';
import { type OutboundAllowList, parseOutboundAllow } from './outbound-policy.ts';

/** Requests to providers. */
export type Outbound = {
  /** To addresses that users type. */
  checked: OutboundFetch;
  /** To addresses that the operator gave. */
  trusted: OutboundFetch;
  /** What OUTBOUND_ALLOW opens. */
  allowed: OutboundAllowList;
};

/** @throws ConfigError when OUTBOUND_ALLOW is no list of hosts. */
export function openOutbound(hosts: readonly string[]): Outbound {
  const allowed = parseOutboundAllow(hosts.join(','));
  if (allowed === undefined) {
    throw new ConfigError(
      'OUTBOUND_ALLOW must be host names separated by commas, each with or without a port.',
    );
  }
  return {
    checked: createOutboundFetch({ allowed }),
    trusted: createOutboundFetch({ allowed, trusted: true }),
    allowed,
  };
}
