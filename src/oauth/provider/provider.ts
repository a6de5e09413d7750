import { createHash } from 'node:crypto';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { OAuthFacts } from '../../core/catalog/facts.ts';
import { type JsonObject, ownValue } from '../../core/catalog/json.ts';
import { fieldsOfUrl, type UrlTemplate } from '../../core/catalog/templates.ts';
import type { OAuthClients } from '../../platform/config/config.oauth.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fillEndpoint, fillKnownEndpoint, fillParams } from './fill-endpoints.ts';

/** An authorization server, and the client that one connection uses there. */
export type Provider = {
  /** Its name for people. */
  label: string;
  facts: OAuthFacts;
  authorizationEndpoint: URL;
  tokenEndpoint: URL;
  /** Where a refresh token is exchanged. */
  refreshEndpoint: URL;
  revocationEndpoint: URL | null;
  userinfoEndpoint: URL | null;
  /** The endpoints that the operator gave: they may have any address, loopback included. */
  trustedEndpoints: ReadonlySet<string>;
  /** Whether a config or the author of a custom type decides where tokens are refreshed. */
  isMovable: boolean;
  /** `secret` is null for a public client. */
  client: { id: string; secret: string | null };
  /** The scopes that a consent requests. */
  scopes: readonly string[];
  /** Added to the consent's URL. */
  extraParams: Readonly<Record<string, string>>;
  /** Added to each token request. */
  extraTokenParams: Readonly<Record<string, string>>;
};

/** A connection's whole config, both halves together. */
type WholeConfig = JsonObject;

/**
 * Returns the provider and the client of an OAuth connection: from its own config, else from the environment.
 *
 * @throws ProviderNotConfiguredError, an InvalidInputError at `config.client_id`, when no client is
 * configured; InvalidInputError at a field whose value cannot stand in an endpoint.
 */
export function resolveProvider(
  type: ConnectionType,
  config: WholeConfig,
  clients: OAuthClients,
): Provider {
  const facts = type.oauth2;
  if (facts === undefined) {
    throw new InvalidInputError([{ path: 'type', message: 'does not use OAuth' }]);
  }
  const operator = operatorSettings(type, clients);
  const authorization =
    operator.authorizationEndpoint ??
    fillEndpoint(facts.authorizationEndpoint, config) ??
    readSettingText(config, 'authorization_url');
  const token =
    operator.tokenEndpoint ??
    fillEndpoint(facts.tokenEndpoint, config) ??
    readSettingText(config, 'token_url');
  if (authorization === undefined || token === undefined) {
    throw new InvalidInputError([{ path: 'config.token_url', message: 'cannot be blank' }]);
  }
  // The operator's secret never goes to an address that a config names.
  const isOwnAddress = facts.tokenEndpoint !== null || operator.tokenEndpoint !== undefined;
  const client =
    configuredClient(type, config) ?? (isOwnAddress ? operatorClient(operator) : undefined);
  if (client === undefined) throw new ProviderNotConfiguredError(type);
  const refresh =
    operator.tokenEndpoint ?? fillKnownEndpoint(facts.refreshEndpoint, config) ?? token;
  const revocation =
    operator.revocationEndpoint ?? fillKnownEndpoint(facts.revocationEndpoint, config);
  // The operator's server issued the token, so no other server understands it.
  const userinfo =
    operator.tokenEndpoint === undefined
      ? fillKnownEndpoint(facts.userinfoEndpoint, config)
      : operator.userinfoEndpoint;
  const named = { ...config, client_id: client.id };
  return {
    label: type.label,
    facts,
    authorizationEndpoint: new URL(authorization),
    tokenEndpoint: new URL(token),
    refreshEndpoint: new URL(refresh),
    revocationEndpoint: revocation === undefined ? null : new URL(revocation),
    userinfoEndpoint: userinfo === undefined ? null : new URL(userinfo),
    trustedEndpoints: trustedEndpoints(operator),
    isMovable: operator.tokenEndpoint === undefined && isMovable(type, facts),
    client,
    scopes: wantedScopes(facts, config),
    extraParams: fillParams(facts.extraAuthorizationParams, named),
    extraTokenParams: fillParams(facts.extraTokenParams, named),
  };
}

/**
 * Adds the id of the operator's client to a config that names none. Ids are public: some services expect the
 * client's in each request.
 */
export function withClientId(
  type: ConnectionType,
  config: JsonObject,
  clients: OAuthClients,
): JsonObject {
  const { clientId } = operatorSettings(type, clients);
  if (clientId === undefined || readSettingText(config, 'client_id') !== undefined) return config;
  return { ...config, client_id: clientId };
}

function isMovable({ origin }: ConnectionType, facts: OAuthFacts): boolean {
  const { tokenEndpoint, refreshEndpoint } = facts;
  const isFixed = (endpoint: UrlTemplate) => fieldsOfUrl(endpoint).length === 0;
  if (origin === 'custom' || tokenEndpoint === null) return true;
  return !isFixed(tokenEndpoint) || (refreshEndpoint !== null && !isFixed(refreshEndpoint));
}

/** Returns a digest of the client and the endpoints. A consent or a token is void with any others. */
export function digestProvider(provider: Provider): Buffer<ArrayBuffer> {
  const { authorizationEndpoint, tokenEndpoint, client } = provider;
  const parts = [authorizationEndpoint.href, tokenEndpoint.href, client.id];
  return Buffer.from(createHash('sha256').update(JSON.stringify(parts)).digest());
}

/** Neither the connection nor the operator names a client of the provider: nobody can consent. */
export class ProviderNotConfiguredError extends InvalidInputError {
  /** The provider's name for people. */
  readonly label: string;

  constructor({ type, label }: ConnectionType, issue = clientMissing(type, label)) {
    super([issue]);
    this.label = label;
  }
}

function clientMissing(type: string, label: string): FieldIssue {
  const variables = clientVariables(type);
  const remedy = 'Give client_id and client_secret';
  const message =
    variables === undefined
      ? `cannot be blank: ${label} has no client. ${remedy}`
      : `cannot be blank: ${label} is not set up on this server. ${remedy}, or have the operator set ${variables}`;
  return { path: 'config.client_id', message };
}

/** Returns what is missing before end users can consent to a type; undefined when nothing is. */
export function findProviderWarning(
  type: ConnectionType,
  clients: OAuthClients,
): string | undefined {
  if (!takesOperatorClient(type) || operatorClient(operatorSettings(type, clients)))
    return undefined;
  const { label } = type;
  return `${label} is not set up on this server: set ${clientVariables(type.type)}. Until then nobody can connect it.`;
}

/** Whether the operator can set up a client for all connections of a type. */
export function takesOperatorClient({ type, oauth2 }: ConnectionType): boolean {
  // A type without endpoints of its own takes its client from each connection.
  return (
    oauth2 !== undefined && oauth2.tokenEndpoint !== null && variablePrefixOf(type) !== undefined
  );
}

function clientVariables(type: string): string | undefined {
  const prefix = variablePrefixOf(type);
  if (prefix === undefined) return undefined;
  return `OAUTH_${prefix}_CLIENT_ID and OAUTH_${prefix}_CLIENT_SECRET`;
}

/*
 * Both values of a pair come from the config. Clients without a secret exist in the generic type, and where the
 * type's clients are public: a secret that is given there is never sent.
 */
function configuredClient({ oauth2 }: ConnectionType, config: WholeConfig) {
  const id = readSettingText(config, 'client_id');
  const secret = readSettingText(config, 'client_secret');
  if (id === undefined) return undefined;
  if (oauth2?.clientAuthentication === 'none') return { id, secret: null };
  if (secret !== undefined) return { id, secret };
  return oauth2?.tokenEndpoint === null ? { id, secret: null } : undefined;
}

function operatorClient({ clientId, clientSecret }: OAuthClients[string]) {
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { id: clientId, secret: clientSecret };
}

function wantedScopes(
  { defaultScopes, alwaysScopes }: NonNullable<ConnectionType['oauth2']>,
  config: WholeConfig,
): string[] {
  const given = ownValue(config, 'scopes');
  const scopes = Array.isArray(given) ? given.map(String) : defaultScopes;
  return [...new Set([...scopes, ...alwaysScopes])];
}

/**
 * Returns the name of a provider in the operator's variables: `dynamiq.connections.GoogleOAuth2` → `GOOGLE`,
 * as in `OAUTH_GOOGLE_CLIENT_ID`. Undefined for the generic type, and for a custom type: its author could
 * choose a name and endpoints that receive the operator's client.
 */
export function variablePrefixOf(type: string): string | undefined {
  const [, name = ''] = /^(?:dynamiq|patchbay)\.connections\.(\w+?)(?:OAuth2)?$/.exec(type) ?? [];
  return name === '' || name === 'OAuth2' ? undefined : name.toUpperCase();
}

function operatorSettings({ type }: ConnectionType, clients: OAuthClients): OAuthClients[string] {
  return clients[variablePrefixOf(type) ?? ''] ?? {};
}

function trustedEndpoints({
  authorizationEndpoint,
  tokenEndpoint,
  revocationEndpoint,
  userinfoEndpoint,
}: OAuthClients[string]): Set<string> {
  const given = [authorizationEndpoint, tokenEndpoint, revocationEndpoint, userinfoEndpoint];
  return new Set(given.flatMap((url) => (url === undefined ? [] : new URL(url).href)));
}

function readSettingText(config: WholeConfig, name: string): string | undefined {
  const value = ownValue(config, name);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
