import type { Field } from './fields.ts';
import type { Rule } from './rules.ts';

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
