import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import {
  type CheckedDefinition,
  findMissingEndpoints,
  readCustomType,
} from '../../core/catalog/read-custom-type.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { findAddressProblem, type OutboundAllowList } from '../../core/outbound/outbound-policy.ts';
import {
  DiscoveryError,
  discoverable,
  discoverIssuer,
} from '../../oauth/provider/discover-issuer.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/** A definition with the facts of its issuer, and the paths of those that no metadata confirmed. */
type CompleteDefinition = CheckedDefinition & { unconfirmed: string[] };

/**
 * Checks every address in a definition, and adds the facts from the metadata of its issuer. What the definition
 * says itself wins.
 *
 * @throws InvalidInputError if an address is not allowed, or an endpoint stays unknown.
 */
export async function completeDefinition(
  deps: Deps,
  given: CheckedDefinition,
): Promise<CompleteDefinition> {
  refuseAddresses(given, deps.outbound.allowed);
  const issuer = given.definition.oauth2?.issuer;
  if (issuer === undefined) return { ...given, unconfirmed: [] };
  const { written, unconfirmed, failure } = await addFacts(deps, given, issuer);
  const complete = readCustomType(written);
  if (!complete.ok) throw new InvalidInputError(complete.issues.map(belowDefinition));
  const missing = findMissingEndpoints(complete.definition).map(belowDefinition);
  if (missing.length > 0 && failure !== undefined) {
    const message = `does not help: ${failure} Correct it, or write the endpoints yourself`;
    throw new InvalidInputError([{ path: 'definition.oauth2.issuer', message }]);
  }
  if (missing.length > 0) throw new InvalidInputError(missing);
  refuseAddresses(complete, deps.outbound.allowed);
  return { ...complete, unconfirmed };
}

type Completed = { written: JsonObject; unconfirmed: string[]; failure?: string };

async function addFacts(
  deps: Deps,
  { written, definition: { oauth2 } }: CheckedDefinition,
  issuer: string,
): Promise<Completed> {
  const own = isJsonObject(written.oauth2) ? written.oauth2 : {};
  try {
    const { facts, unconfirmed, supportedScopes } = await discoverIssuer(deps, issuer);
    const contradicted = discoverable.filter(
      (fact) => Object.hasOwn(own, fact) && facts[fact] !== undefined && own[fact] !== facts[fact],
    );
    const scopes = [...(oauth2?.default_scopes ?? []), ...(oauth2?.always_scopes ?? [])];
    const hasUnknown = scopes.some((scope) => supportedScopes?.includes(scope) === false);
    const doubtful = discoverable.filter(
      (fact) => unconfirmed.includes(fact) || contradicted.includes(fact),
    );
    return {
      written: { ...written, oauth2: { ...facts, ...own } },
      unconfirmed: [...doubtful, ...(hasUnknown ? ['default_scopes'] : [])].map(belowOAuth),
    };
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    return { written, unconfirmed: discoverable.map(belowOAuth), failure: error.message };
  }
}

function belowOAuth(fact: string): string {
  return `oauth2.${fact}`;
}

function belowDefinition({ path, message }: FieldIssue): FieldIssue {
  return { path: path === '' ? 'definition' : `definition.${path}`, message };
}

/**
 * Refuses addresses to which this server may not connect, so that a definition cannot make it call services of
 * its own network. What a hostname resolves to is checked with each request, because that can change.
 */
function refuseAddresses({ definition }: CheckedDefinition, allowed: OutboundAllowList): void {
  const { oauth2, http, verify } = definition;
  const urls: [path: string, url: string | undefined][] = [
    ['oauth2.issuer', oauth2?.issuer],
    ['oauth2.authorization_url', oauth2?.authorization_url],
    ['oauth2.token_url', oauth2?.token_url],
    ['oauth2.refresh_url', oauth2?.refresh_url],
    ['oauth2.revocation_url', oauth2?.revocation_url],
    ['oauth2.userinfo_url', oauth2?.userinfo_url],
    ['http.base_url', http?.base_url],
    ...hostAddresses(http?.hosts ?? []),
    ['verify.url', verify?.protocol === undefined ? verify?.url : undefined],
  ];
  const issues = urls.flatMap(([path, url]): FieldIssue[] => {
    // The address of a URL that begins with a field is in the config of each connection.
    if (url === undefined || url.startsWith('{')) return [];
    const problem = findAddressProblem(url.replaceAll(/\{\w+\}/g, 'x'), allowed);
    return problem === undefined ? [] : [belowDefinition({ path, message: problem })];
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function hostAddresses(hosts: readonly string[]): [path: string, url: string][] {
  return hosts.map((host, index) => [`http.hosts.${index}`, `https://${host}`]);
}
