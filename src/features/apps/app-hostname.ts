import { isIP } from 'node:net';
import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { isLoopbackHost, isWithinDomains, normalizeHost } from '../../platform/host-name.ts';
import { requiredText } from '../../platform/input.ts';

type Rules = Pick<Config, 'publicUrl' | 'appDomains'>;

const noHost = 'must be a host name such as app.example.com, and nothing else of a URL';

/** A hostname for an app, in any spelling; a port goes, since an app has its host on every one. */
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
 * What is wrong with a hostname for an app, to be read after the field's name; undefined when
 * nothing is. Takes the spelling that {@link normalizeHost} makes.
 */
export function findHostnameProblem(rules: Rules, hostname: string): string | undefined {
  // Names below localhost lead to this machine without any DNS, so apps are tried out there.
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
