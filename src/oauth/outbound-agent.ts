import { Agent } from 'undici';
import { createOutboundConnector } from './outbound-connect.ts';
import type { OutboundOptions } from './outbound-fetch.ts';
import { isAllowed, isGlobalUnicast } from './outbound-policy.ts';

/** An agent of its own, so that neither a proxy of the environment nor a global dispatcher is used. */
export function createOutboundAgent(
  { allowed, trusted, lookup }: OutboundOptions,
  deadline: number,
): Agent {
  const connect = createOutboundConnector({
    isOpen: (target) => trusted === true || isAllowed(target, allowed),
    isPublic: isGlobalUnicast,
    lookup,
    timeout: deadline,
  });
  return new Agent({
    connect,
    connections: 64,
    // A provider that closes an idle connection under a refresh leaves its outcome unknown.
    keepAliveTimeout: 2_000,
    keepAliveMaxTimeout: 5_000,
    // The one deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
