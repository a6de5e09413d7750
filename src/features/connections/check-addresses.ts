import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { OAuthFacts } from '../../core/catalog/facts.ts';
import { type JsonObject, ownValue } from '../../core/catalog/json.ts';
import type { ConfigHalves } from '../../core/connection-config/sealed-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { findAddressProblem } from '../../core/outbound/outbound-policy.ts';
import { fillKnownEndpoint } from '../../oauth/provider/fill-endpoints.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/**
 * Checks the endpoints of an authorization server that a user names: they must be addresses to which this
 * server may connect. Otherwise users could make the server call services of its own network. The server
 * checks with each request what a hostname resolves to, because that can change. A value that stands in an
 * endpoint of the type must fit there.
 *
 * @throws InvalidInputError
 */
export function checkAddresses(
  { outbound }: Deps,
  { oauth2 }: ConnectionType,
  { config }: ConfigHalves,
): void {
  if (oauth2 === undefined) return;
  const issues = ['authorization_url', 'token_url'].flatMap((name): FieldIssue[] => {
    const url = ownValue(config, name);
    const problem = typeof url === 'string' ? findAddressProblem(url, outbound.allowed) : undefined;
    return problem === undefined ? [] : [{ path: `config.${name}`, message: problem }];
  });
  issues.push(...findMisfits(oauth2, config));
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function findMisfits(oauth2: OAuthFacts, config: JsonObject): FieldIssue[] {
  const endpoints = [
    oauth2.authorizationEndpoint,
    oauth2.tokenEndpoint,
    oauth2.refreshEndpoint,
    oauth2.revocationEndpoint,
    oauth2.userinfoEndpoint,
  ];
  const byPath = new Map<string, FieldIssue>();
  for (const endpoint of endpoints) {
    try {
      fillKnownEndpoint(endpoint, config);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      for (const issue of error.fields) byPath.set(issue.path, issue);
    }
  }
  return [...byPath.values()];
}
