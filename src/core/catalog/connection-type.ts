import type { Field } from './fields.ts';
import { beside, type Rule } from './rules.ts';

/** What kind of service it connects to. */
export type Category =
  | 'audio'
  | 'cloud'
  | 'database'
  | 'document'
  | 'graph'
  | 'http'
  | 'llm'
  | 'mcp'
  | 'oauth2'
  | 'sandbox'
  | 'vector_store'
  | 'web_search';

/** How an OAuth 2.0 client proves itself at the token endpoint; `basic+json` is Basic with a JSON body. */
export type ClientAuthentication = 'body' | 'basic' | 'basic+json';

/** How a provider names the scopes that it granted, where that differs from how they were asked for. */
export type ScopeFacts = {
  /** Whether two names that differ only in case are one scope. */
  ignoresCase: boolean;
  /** A prefix that one scope is named with and without. */
  optionalPrefix: string;
  /** Other names of a scope, each with the name that it is compared by. */
  aliases: ReadonlyMap<string, string>;
  /** What a scope includes: a provider that grants the wider one does not name the narrower ones. */
  includes: ReadonlyMap<string, readonly string[]>;
  /** What a provider grants and never names. */
  unnamed: readonly string[];
};

/** What is known of an OAuth provider. Endpoints are null where the config gives them, or there is none. */
export type OAuthFacts = {
  defaultScopes: readonly string[];
  /** Added to whatever scopes a consent asks for. */
  alwaysScopes: readonly string[];
  authorizationEndpoint: string | null;
  tokenEndpoint: string | null;
  revocationEndpoint: string | null;
  extraAuthorizationParams: Readonly<Record<string, string>>;
  clientAuthentication: ClientAuthentication;
  issuesRefreshToken: boolean;
  scopeFacts: ScopeFacts;
};

/** One kind of external service: what its config holds, and how to tell a good one. */
export type ConnectionType = {
  /** The name that clients send, such as `dynamiq.connections.OpenAI`. */
  type: string;
  label: string;
  category: Category;
  fields: readonly Field[];
  rules: readonly Rule[];
  oauth2?: OAuthFacts;
};

/**
 * Returns the type's own rules, and for a provider of ours that a client comes with its secret: alone it
 * would be ignored in favour of the operator's client.
 */
export function rulesOf({ rules, oauth2 }: ConnectionType): readonly Rule[] {
  if (oauth2 === undefined || oauth2.tokenEndpoint === null) return rules;
  return [...rules, beside('client_id', 'client_secret')];
}

/** A constructor of the types of one category. */
export function typesOf(category: Category) {
  return (name: string, label: string, fields: readonly Field[]): ConnectionType => ({
    type: `dynamiq.connections.${name}`,
    label,
    category,
    fields,
    rules: [],
  });
}
