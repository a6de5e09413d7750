import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopbackHost, isWithinDomains, normalizeHost } from '../../platform/addresses.ts';
import type { Config } from '../../platform/config/config.ts';
import { requiredText } from '../../platform/input.ts';

type Rules = Pick<Config, 'publicUrl' | 'appDomains'>;

const noHost = 'must be a host name such as app.example.com, and nothing else of a URL';

/**
 * Returns the schema of an app's hostname, in any spelling. It drops the port, because an app has its host
 * on every port.
 */
export function appHostname(rules: Rules) {
  return requiredText(500).transform((text, context) => {
    const hostname = normalizeHost(text);
    const problem = hostname === undefined ? noHost : findHostnameProblem(rules, hostname);
    if (hostname !== undefined && problem === undefined) return hostname;
    context.addIssue({ code: 'custom', message: problem ?? noHost });
    return z.NEVER;
  });
}

/**
 * Returns the problem of a hostname, as words that follow the field's name; undefined if there is none.
 * The hostname is in the form of {@link normalizeHost}.
 */
export function findHostnameProblem(rules: Rules, hostname: string): string | undefined {
  // Names below localhost lead to this machine without DNS, so they are allowed for trying out apps.
  const isManagement = isLoopbackHost(hostname) && !hostname.endsWith('.localhost');
  if (isIP(hostname) !== 0 || isManagement) {
    return 'must be a domain name: IP addresses and localhost are for management';
  }
  if (!hostname.includes('.')) return 'must be a whole domain name such as app.example.com';
  if (hostname === managementHost(rules)) {
    return "is this server's own: no app may have the host of PUBLIC_URL";
  }
  if (rules.appDomains.length > 0 && !isWithinDomains(hostname, rules.appDomains)) {
    return 'must be within one of the domains that the operator set in APP_DOMAINS';
  }
  return undefined;
}

function managementHost({ publicUrl }: Rules): string | undefined {
  return normalizeHost(new URL(publicUrl).host);
}
