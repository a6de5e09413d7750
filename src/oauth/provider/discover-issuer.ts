import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { findAddressProblem } from '../../core/outbound/outbound-policy.ts';
import { parseUrl } from '../../platform/addresses.ts';

/** Facts that the metadata of an authorization server states, under their names in a type definition. */
type DiscoveredFacts = {
  authorization_url?: string;
  token_url?: string;
  revocation_url?: string;
  userinfo_url?: string;
  client_auth?: 'basic' | 'body' | 'none';
  pkce?: boolean;
};

type Discovery = {
  facts: DiscoveredFacts;
  /** The facts that the metadata does not state. `client_auth` then has the default of RFC 8414. */
  unconfirmed: (keyof DiscoveredFacts)[];
  /** The scopes that the server says it knows; null if it does not say. */
  supportedScopes: readonly string[] | null;
};

/** Metadata that cannot be used. Its message is a sentence about the issuer, for the author of the definition. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}

/**
 * Reads the metadata of an issuer under the outbound policy: as OpenID Connect Discovery 1.0 publishes it, else
 * as RFC 8414 does. Every endpoint must be an address that a user may give.
 *
 * @throws DiscoveryError
 */
export async function discoverIssuer(
  { outbound }: Pick<LeanDeps, 'outbound'>,
  issuer: string,
): Promise<Discovery> {
  const url = parseUrl(issuer);
  const problem = findAddressProblem(issuer, outbound.allowed);
  if (url === undefined || problem !== undefined || /[?#{}]/.test(issuer)) {
    throw new DiscoveryError(`The issuer ${problem ?? 'must have no query, fragment or {field}'}.`);
  }
  const read = await Promise.all(
    wellKnownAddresses(url).map((address) => readMetadata(outbound, address)),
  );
  const found = read.filter((metadata) => metadata !== undefined);
  // RFC 8414, section 3.3: another issuer in the metadata means that somebody else wrote it.
  const metadata = found.find((each) => each.issuer === issuer);
  if (metadata !== undefined) return toDiscovery(metadata, outbound.allowed);
  throw new DiscoveryError(
    found.length > 0
      ? 'The metadata of the issuer names another issuer: write it exactly as the metadata does.'
      : 'The metadata of the issuer could not be read.',
  );
}

function wellKnownAddresses({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** Returns undefined for every failure: its reason could tell about a private network. */
async function readMetadata(
  outbound: LeanDeps['outbound'],
  address: string,
): Promise<JsonObject | undefined> {
  try {
    const headers = { accept: 'application/json' };
    const answer = await outbound.checked(address, { method: 'GET', headers });
    const json: unknown = answer.status === 200 ? await answer.json() : undefined;
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const endpointMembers = {
  authorization_url: 'authorization_endpoint',
  token_url: 'token_endpoint',
  revocation_url: 'revocation_endpoint',
  userinfo_url: 'userinfo_endpoint',
} as const;

function toDiscovery(metadata: JsonObject, allowed: LeanDeps['outbound']['allowed']): Discovery {
  const responseTypes = textListOf(metadata.response_types_supported);
  if (responseTypes !== undefined && !responseTypes.includes('code')) {
    throw new DiscoveryError('The issuer does not support the authorization code flow.');
  }
  const facts: DiscoveredFacts = {};
  for (const [fact, member] of Object.entries(endpointMembers)) {
    const endpoint = readEndpoint(member, metadata[member], allowed);
    if (endpoint !== undefined) facts[fact as keyof typeof endpointMembers] = endpoint; // a key of it
  }
  const methods = textListOf(metadata.token_endpoint_auth_methods_supported);
  const clientAuth = clientAuthOf(methods ?? ['client_secret_basic']);
  if (clientAuth !== undefined) facts.client_auth = clientAuth;
  const challenges = textListOf(metadata.code_challenge_methods_supported);
  if (challenges !== undefined) facts.pkce = challenges.includes('S256');
  const isStated = (fact: keyof DiscoveredFacts) =>
    facts[fact] !== undefined && (fact !== 'client_auth' || methods !== undefined);
  return {
    facts,
    unconfirmed: discoverable.filter((fact) => !isStated(fact)),
    supportedScopes: textListOf(metadata.scopes_supported) ?? null,
  };
}

/** What metadata can state. */
export const discoverable = [
  'authorization_url',
  'token_url',
  'revocation_url',
  'userinfo_url',
  'client_auth',
  'pkce',
] as const;

function readEndpoint(
  member: string,
  value: JsonValue | undefined,
  allowed: LeanDeps['outbound']['allowed'],
): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // A brace would be a place for a value in a type definition.
  const problem = /[{}#]/.test(value)
    ? 'must have no braces and no fragment'
    : findAddressProblem(value, allowed);
  if (problem === undefined) return value;
  throw new DiscoveryError(`In the metadata of the issuer, ${member} ${problem}.`);
}

function clientAuthOf(methods: readonly string[]): DiscoveredFacts['client_auth'] {
  if (methods.includes('client_secret_basic')) return 'basic';
  if (methods.includes('client_secret_post')) return 'body';
  return methods.includes('none') ? 'none' : undefined;
}

function textListOf(value: JsonValue | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item) => typeof item === 'string');
}
