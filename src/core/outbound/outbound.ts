import type { OAuthClients } from '../../platform/config/config.oauth.ts';
import { ConfigError } from '../../platform/errors.ts';
import {
  createOutboundFetch,
  findTrustedAddressProblem,
  type OutboundFetch,
} from './outbound-fetch.ts';
import { type OutboundAllowList, parseOutboundAllow } from './outbound-policy.ts';

/** The functions that send requests to providers. */
export type Outbound = {
  /** For addresses that users type. */
  checked: OutboundFetch;
  /** For addresses that the operator configured. */
  trusted: OutboundFetch;
  /** The hosts and ranges that OUTBOUND_ALLOW opens. */
  allowed: OutboundAllowList;
};

/**
 * Creates the outbound functions of a process.
 *
 * @param clients the OAuth clients of the operator, whose endpoints must be allowed. @throws ConfigError
 * if OUTBOUND_ALLOW is not a list of hosts and ranges, or lacks a host that a client needs.
 */
export function openOutbound(hosts: readonly string[], clients: OAuthClients = {}): Outbound {
  const allowed = parseOutboundAllow(hosts.join(','));
  if (allowed === undefined) {
    throw new ConfigError(
      'OUTBOUND_ALLOW must be hosts, each with or without a port, or ranges such as 10.0.0.0/8 or fd00::/8, separated by commas.',
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
  ['userinfoEndpoint', 'USERINFO_ENDPOINT'],
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
