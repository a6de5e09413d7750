import type { OAuthClients } from '../../platform/config/config.oauth.ts';
import { ConfigError } from '../../platform/errors.ts';
import {
  createOutboundFetch,
  findTrustedAddressProblem,
  type OutboundFetch,
} from './outbound-fetch.ts';
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

/**
 * @param clients whose endpoints must be such that requests to them are made.
 * @throws ConfigError when OUTBOUND_ALLOW is no list of hosts, or would have to hold one that it does not.
 */
export function openOutbound(hosts: readonly string[], clients: OAuthClients = {}): Outbound {
  const allowed = parseOutboundAllow(hosts.join(','));
  if (allowed === undefined) {
    throw new ConfigError(
      'OUTBOUND_ALLOW must be host names separated by commas, each with or without a port.',
    );
  }
  requireOpenEndpoints(clients, allowed);
  return {
    checked: createOutboundFetch({ allowed }),
    trusted: createOutboundFetch({ allowed, trusted: true }),
    allowed,
  };
}

const endpoints = [
  ['authorizationEndpoint', 'AUTHORIZATION_ENDPOINT'],
  ['tokenEndpoint', 'TOKEN_ENDPOINT'],
  ['revocationEndpoint', 'REVOCATION_ENDPOINT'],
] as const;

function requireOpenEndpoints(clients: OAuthClients, allowed: OutboundAllowList): void {
  const complaints = Object.entries(clients).flatMap(([provider, client]) =>
    endpoints.flatMap(([key, name]) => {
      const url = client[key];
      const problem = url === undefined ? undefined : findTrustedAddressProblem(url, allowed);
      return problem === undefined ? [] : [`OAUTH_${provider}_${name} ${problem}.`];
    }),
  );
  if (complaints.length > 0) throw new ConfigError(complaints.join('\n'));
}
