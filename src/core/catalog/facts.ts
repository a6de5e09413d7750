import type { JsonValue } from './json.ts';
import {
  readHostTemplate,
  readTextTemplate,
  readUrlTemplate,
  type TextTemplate,
  type UrlTemplate,
} from './templates.ts';
import type {
  HttpDefinition,
  OAuthDefinition,
  SignInResponse,
  VerifyDefinition,
} from './type-definition.ts';

/*
 * What a type knows about its service, in memory. The definition was checked before: its templates are read here
 * once, so that a request only fills them in.
 */

/** How a provider names granted scopes, where that differs from how they were requested. */
export type ScopeFacts = {
  /** Whether two names that differ only in case are one scope. */
  ignoresCase: boolean;
  /** A prefix that a scope is named with or without. */
  optionalPrefix: string;
  /** Another name of a scope → the name that it is compared by. */
  aliases: ReadonlyMap<string, string>;
  /** A scope → narrower scopes that it includes and that the provider then does not name. */
  includes: ReadonlyMap<string, readonly string[]>;
  /** Scopes that the provider grants and never names. */
  unnamed: readonly string[];
};

/** The scope facts of a provider that grants scopes under the names by which they were requested. */
export const literalScopes: ScopeFacts = {
  ignoresCase: false,
  optionalPrefix: '',
  aliases: new Map(),
  includes: new Map(),
  unnamed: [],
};

/** Where a response names the account: paths to its id and to its name for people. */
type AccountPaths = { id: string | null; label: string | null };

/** Facts about an OAuth 2.0 provider. An endpoint is null where the config gives it or the provider has none. */
export type OAuthFacts = {
  /** The issuer identifier; null if unknown. */
  issuer: string | null;
  /** Requested when a config names no scopes. */
  defaultScopes: readonly string[];
  /** Requested in addition to whatever a config names. */
  alwaysScopes: readonly string[];
  scopeSeparator: string;
  /** A scope → what it lets this server do, in words. */
  scopeDescriptions: Readonly<Record<string, string>>;
  authorizationEndpoint: UrlTemplate | null;
  tokenEndpoint: UrlTemplate | null;
  /** Where a refresh token is exchanged; null where that is the token endpoint. */
  refreshEndpoint: UrlTemplate | null;
  revocationEndpoint: UrlTemplate | null;
  userinfoEndpoint: UrlTemplate | null;
  /** Added to the consent's URL. */
  extraAuthorizationParams: Readonly<Record<string, TextTemplate>>;
  /** Added to each token request. */
  extraTokenParams: Readonly<Record<string, TextTemplate>>;
  /** How the client authenticates at the token endpoint; `basic+json` is Basic with a JSON body. */
  clientAuthentication: OAuthDefinition['client_auth'];
  /** Whether the consent uses PKCE with S256. */
  pkce: boolean;
  /** The media type of a token request's body. */
  tokenRequest: OAuthDefinition['token_request'];
  /** A member of RFC 6749's token response → its path in the response of this provider. */
  responsePaths: Readonly<Record<string, string>>;
  /** Members of the callback or the token response that the credentials include. */
  kept: readonly string[];
  /** How the provider says that a grant has ended, besides `invalid_grant`. */
  dead: readonly (string | SignInResponse)[];
  /** Paths in the claims of the ID token, in the token response or in the userinfo; null if unknown. */
  account: AccountPaths | null;
  scopeFacts: ScopeFacts;
};

/** How one part of a request carries the credential. For `basic`, `name` is the user name and `value` the password. */
type CredentialPlace =
  | { in: 'header' | 'query'; name: string; value: TextTemplate }
  | { in: 'basic'; name: TextTemplate | null; value: TextTemplate };

/** How a request to the service carries the credential, and which hosts may receive it. */
export type HttpFacts = {
  /** The URL that all paths stand below. */
  baseUrl: UrlTemplate;
  /** As the definition writes them, with `{field}`; for a list that people read. */
  hosts: readonly string[];
  /** The same to fill in; null: only the host of `baseUrl`. */
  hostTemplates: readonly TextTemplate[] | null;
  inject: readonly CredentialPlace[];
  /** Constant headers that the service requires. */
  headers: Readonly<Record<string, TextTemplate>>;
};

/** The request that shows whether a credential works. */
export type HttpVerifyFacts = {
  kind: 'http';
  method: VerifyDefinition['method'];
  /** Below the base URL; null where `url` says where. */
  path: TextTemplate | null;
  url: UrlTemplate | null;
  headers: Readonly<Record<string, TextTemplate>>;
  /** The JSON that the request sends; undefined for none. */
  body: JsonValue | undefined;
  ok: readonly number[];
  refused: readonly number[];
  insufficient: readonly number[];
  okWhen: readonly SignInResponse[];
  refusedWhen: readonly SignInResponse[];
  insufficientWhen: readonly SignInResponse[];
  account: AccountPaths | null;
  /** The path to the service's own words about a refusal; null if it has none. */
  message: string | null;
};

/** A login with a protocol that is not HTTP. */
export type ProtocolVerifyFacts = {
  kind: 'protocol';
  protocol: NonNullable<VerifyDefinition['protocol']>;
  /** A parameter of the protocol → the field that holds it, where the names differ. */
  fields: Readonly<Record<string, string>>;
  /** The field that holds a connection string; null if there is none. */
  urlField: string | null;
};

export type VerifyFacts = HttpVerifyFacts | ProtocolVerifyFacts;

/** Converts the OAuth facts of a definition. */
export function toOAuthFacts(definition: OAuthDefinition): OAuthFacts {
  const { case_insensitive, optional_prefix, same, includes, unnamed } = definition.scope_equals;
  return {
    issuer: definition.issuer ?? null,
    defaultScopes: definition.default_scopes,
    alwaysScopes: definition.always_scopes,
    scopeSeparator: definition.scope_separator,
    scopeDescriptions: definition.scope_descriptions,
    authorizationEndpoint: urlOf(definition.authorization_url),
    tokenEndpoint: urlOf(definition.token_url),
    refreshEndpoint: urlOf(definition.refresh_url),
    revocationEndpoint: urlOf(definition.revocation_url),
    userinfoEndpoint: urlOf(definition.userinfo_url),
    extraAuthorizationParams: textTemplates(definition.authorization_params),
    extraTokenParams: textTemplates(definition.token_params),
    clientAuthentication: definition.client_auth,
    pkce: definition.pkce,
    tokenRequest: definition.token_request,
    responsePaths: definition.response,
    kept: definition.keep,
    dead: definition.dead,
    account: accountOf(definition.account),
    scopeFacts: {
      ignoresCase: case_insensitive,
      optionalPrefix: optional_prefix,
      aliases: new Map(Object.entries(same)),
      includes: new Map(Object.entries(includes)),
      unnamed,
    },
  };
}

/** Converts the HTTP facts of a definition. An OAuth type sends a bearer token unless it says otherwise. */
export function toHttpFacts(definition: HttpDefinition, isOAuth: boolean): HttpFacts {
  const baseUrl = requireUrl(definition.base_url);
  const bearer = { in: 'header', name: 'Authorization', value: 'Bearer {access_token}' } as const;
  const inject = definition.inject ?? (isOAuth ? [bearer] : []);
  return {
    baseUrl,
    hosts: definition.hosts ?? [hostTextOf(baseUrl)],
    hostTemplates: definition.hosts?.map(requireHost) ?? null,
    inject: inject.map((injection) => {
      if (injection.in !== 'basic') return { ...injection, value: textOf(injection.value) };
      return {
        in: 'basic',
        name: injection.name === undefined ? null : textOf(injection.name),
        value: textOf(injection.value ?? ''),
      };
    }),
    headers: textTemplates(definition.headers),
  };
}

/** Converts the facts about the check of a credential. */
export function toVerifyFacts(definition: VerifyDefinition): VerifyFacts {
  const { protocol, fields, url, path } = definition;
  if (protocol !== undefined) return { kind: 'protocol', protocol, fields, urlField: url ?? null };
  return {
    kind: 'http',
    method: definition.method,
    path: path === undefined ? null : textOf(path),
    url: urlOf(url),
    headers: textTemplates(definition.headers),
    body: definition.body,
    ok: definition.ok,
    refused: definition.refused,
    insufficient: definition.insufficient,
    okWhen: signsOf(definition.ok_when),
    refusedWhen: signsOf(definition.refused_when),
    insufficientWhen: signsOf(definition.insufficient_when),
    account: accountOf(definition.account),
    message: definition.message ?? null,
  };
}

function urlOf(text: string | undefined): UrlTemplate | null {
  return text === undefined ? null : requireUrl(text);
}

function requireUrl(text: string): UrlTemplate {
  const url = readUrlTemplate(text);
  if ('problem' in url) throw new Error(`${text}: ${url.problem}`); // the definition was checked before
  return url;
}

function requireHost(text: string): TextTemplate {
  const host = readHostTemplate(text);
  if ('problem' in host) throw new Error(`${text}: ${host.problem}`); // the definition was checked before
  return host;
}

function textOf(text: string): TextTemplate {
  return readTextTemplate(text) ?? [text];
}

function textTemplates(texts: Readonly<Record<string, string>>): Record<string, TextTemplate> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, textOf(text)]));
}

function hostTextOf({ text, baseField }: UrlTemplate): string {
  if (baseField !== null) return `{${baseField}}`;
  return /^https?:\/\/([^/?]+)/.exec(text)?.[1] ?? text;
}

function accountOf(paths: { id?: string; label?: string } | undefined): AccountPaths | null {
  return paths === undefined ? null : { id: paths.id ?? null, label: paths.label ?? null };
}

function signsOf(signs: SignInResponse | SignInResponse[] | undefined): readonly SignInResponse[] {
  if (signs === undefined) return [];
  return Array.isArray(signs) ? signs : [signs];
}
