import { z } from 'zod';
import { isJsonPath } from './json-path.ts';
import { findTextProblem } from './text-safety.ts';

/*
 * The form in which a connection type is written down, in `types/<category>.json` and by users for types of
 * their own. An unknown key fails, so that a misspelled one is found. `docs/connection-types.md` explains the
 * form with examples, and `definition-checks.ts` adds the checks that take more than one key.
 */

/** Categories of the shipped types, in the order in which a picker shows them. */
export const categories = [
  'llm',
  'vector_store',
  'database',
  'graph',
  'document',
  'web_search',
  'audio',
  'sandbox',
  'mcp',
  'http',
  'cloud',
  'oauth2',
  'communication',
  'crm',
  'productivity',
  'developer',
  'design',
  'marketing',
  'payments',
  'accounting',
  'commerce',
  'support',
  'analytics',
  'storage',
  'hr',
  'social',
  'security',
  'monitoring',
  'data',
  'calendar',
] as const;

/** Text without characters that no database can store. */
function storableText(longest: number) {
  return z
    .string()
    .max(longest)
    .refine((value) => findTextProblem(value) === undefined, 'Holds U+0000 or a lone surrogate');
}

function visibleText(longest: number) {
  return storableText(longest).refine((value) => value.trim() !== '', 'Must not be blank');
}

const words = visibleText(200);
const sentences = visibleText(1_000);
const fieldName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'Must be a name like api_key');
const httpsUrl = z.url({ protocol: /^https$/, error: 'Must be an https URL' }).max(2_000);
/** A URL with `{field}` places. http is for hosts that the operator opens; others are refused later. */
const urlTemplate = visibleText(2_000);
const valueTemplate = storableText(2_000);
const parameterName = visibleText(200);
const jsonPath = visibleText(200).refine(isJsonPath, 'Must be a path such as $.data[0].id');
const httpMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const httpStatus = z.int().min(100).max(599);

/** Keys that a field may have, whatever its kind. */
const ofEveryKind = {
  /** Its key in the config, in snake_case. */
  name: fieldName,
  /** Its name for people. By default it is derived from `name`. */
  label: words.exactOptional(),
  /** Whether a config without it is refused. */
  required: z.boolean().default(false),
  /** Whether it is sealed, and returned only by the credentials call. */
  secret: z.boolean().default(false),
  /** A help text for the person who fills it in. */
  description: sentences.exactOptional(),
  /** An example of a value, shown in the empty field. */
  placeholder: words.exactOptional(),
  /** `operator`: never shown to an end user, and never taken from one. */
  audience: z.enum(['anyone', 'operator']).exactOptional(),
  /** What can be pasted into this field to fill several: the whole JSON file, or a connection string. */
  paste: z.enum(['json_file', 'url']).exactOptional(),
};

const optionalTextProperty = storableText(10_000).exactOptional();
const optionalNumberProperty = z.int().exactOptional();
const textLength = z.int().min(0).max(1_000_000).exactOptional();

/** One field of the config. `default` is filled in when the field is left out; a required field has none. */
export const fieldDefinition = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('string'),
    ...ofEveryKind,
    default: optionalTextProperty,
    /** `address`: a host or URL of any scheme, without a password. `key`: without invisible characters. */
    format: z.enum(['address', 'key', 'private_key']).exactOptional(),
    /** A regular expression that the value matches. It is matched in linear time. */
    pattern: visibleText(2_000).exactOptional(),
    /** Lengths in characters (Unicode code points). */
    min_length: textLength,
    max_length: textLength,
    /** Whether the value contains no blanks or line breaks. */
    no_space: z.boolean().exactOptional(),
  }),
  /** An absolute URL, http or https. */
  z.strictObject({ kind: z.literal('url'), ...ofEveryKind, default: optionalTextProperty }),
  /** A TCP port from 1 to 65535. */
  z.strictObject({ kind: z.literal('port'), ...ofEveryKind, default: optionalNumberProperty }),
  z.strictObject({
    kind: z.literal('integer'),
    ...ofEveryKind,
    default: optionalNumberProperty,
    /** Whole seconds, above zero. */
    format: z.literal('seconds').exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('number'),
    ...ofEveryKind,
    default: z.number().exactOptional(),
    /** Seconds, above zero, fractions allowed. */
    format: z.literal('seconds').exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('boolean'),
    ...ofEveryKind,
    default: z.boolean().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('enum'),
    ...ofEveryKind,
    default: optionalTextProperty,
    /** The values allowed. */
    enum: z.array(visibleText(200)).min(1).max(500),
    /** The one value of `enum` is also the default: forms do not ask for it. */
    const: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('string[]'),
    ...ofEveryKind,
    default: z.array(storableText(2_000)).max(500).exactOptional(),
    /** OAuth scopes; their default is the provider's `default_scopes`. */
    format: z.literal('scopes').exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('object'),
    ...ofEveryKind,
    default: z.record(z.string(), z.json()).exactOptional(),
    /** All values are text, as those of HTTP headers. */
    format: z.literal('texts').exactOptional(),
  }),
  /** An RFC 3339 date and time. */
  z.strictObject({ kind: z.literal('datetime'), ...ofEveryKind }),
]);

const fieldNames = z.array(fieldName).min(1).max(100);

/** The keys of a field whose kind is not known, so that their mistakes are found too. */
export const fieldOfUnknownKind = z.looseObject(ofEveryKind);

/** A condition over several fields. Blank text counts as not given, a default as given. */
export const ruleDefinition = z.union(
  [
    /** At least one of the groups is given in full. Complaints name the gaps in the first. */
    z.strictObject({ one_of: z.array(fieldNames).min(2).max(100) }),
    /** Where the key is given, its fields are required. */
    z.strictObject({ with: z.record(fieldName, fieldNames) }),
    /** While the one field in `when` has that value, the fields in `require` are required. */
    z.strictObject({ when: z.record(fieldName, z.string()), require: fieldNames }),
  ],
  'Must have one_of, with, or when and require',
);

const scopeProperty = visibleText(500);
const scopeList = z.array(scopeProperty).max(500);

/** How a provider names granted scopes, where that differs from how they were requested. */
const scopeEquals = z.strictObject({
  /** Whether two names that differ only in case are one scope. */
  case_insensitive: z.boolean().default(false),
  /** A prefix that a scope is named with or without. */
  optional_prefix: storableText(500).default(''),
  /** Another name of a scope → the name that it is compared by. */
  same: z.record(scopeProperty, scopeProperty).default({}),
  /** A scope → narrower scopes that it includes and that the provider then does not name. */
  includes: z.record(scopeProperty, scopeList).default({}),
  /** Scopes that the provider grants and never names. */
  unnamed: scopeList.default([]),
});

/** A sign in a response: the value at `path` is one of `is`. `status` limits it to one HTTP status. */
const signInResponse = z.strictObject({
  status: httpStatus.exactOptional(),
  path: jsonPath,
  is: z
    .array(z.union([storableText(500), z.number(), z.boolean(), z.null()]))
    .min(1)
    .max(100),
});

/** Where a response names the account: its id, and its name for people. */
const accountPaths = z.strictObject({
  id: jsonPath.exactOptional(),
  label: jsonPath.exactOptional(),
});

/** Facts about an OAuth 2.0 provider. URLs may contain `{field}`. */
export const oauth2Definition = z.strictObject({
  /** The issuer identifier. The facts that are missing here are read from its metadata, once. */
  issuer: urlTemplate.exactOptional(),
  /** Both URLs stand here, or the type has required fields of these names. */
  authorization_url: urlTemplate.exactOptional(),
  token_url: urlTemplate.exactOptional(),
  /** Where a refresh token is exchanged, if that is not `token_url`. */
  refresh_url: urlTemplate.exactOptional(),
  /** Where RFC 7009 revokes a token, if the provider can. */
  revocation_url: urlTemplate.exactOptional(),
  /** Where the access token returns the account, if the provider can. */
  userinfo_url: urlTemplate.exactOptional(),
  /** Requested when a config names no scopes. */
  default_scopes: scopeList.default([]),
  /** Requested in addition to whatever a config names. */
  always_scopes: scopeList.default([]),
  /** Between two scopes, in the request and in the response. */
  scope_separator: z.enum([' ', ',', '+', ';', '|']).default(' '),
  scope_equals: scopeEquals.prefault({}),
  /** A scope → what it lets this server do, in words such as "Read your files". */
  scope_descriptions: z.record(scopeProperty, words).default({}),
  /** Added to the consent's URL. */
  authorization_params: z.record(parameterName, valueTemplate).default({}),
  /** Added to each token request. */
  token_params: z.record(parameterName, valueTemplate).default({}),
  /** How the client authenticates at the token endpoint; `basic+json` is Basic with a JSON body. */
  client_auth: z.enum(['basic', 'basic+json', 'body', 'none']).default('basic'),
  /** Whether the consent uses PKCE with S256. */
  pkce: z.boolean().default(true),
  /** The media type of a token request's body. */
  token_request: z.enum(['form', 'json']).default('form'),
  /** A member of RFC 6749's token response → its path in the response of this provider. */
  response: z.record(parameterName, jsonPath).default({}),
  /** Members of the callback or the token response that the credentials include, such as `realmId`. */
  keep: z.array(parameterName).max(50).default([]),
  /** How the provider says that a grant has ended, besides `invalid_grant`: a value of `error`, or a sign. */
  dead: z
    .array(z.union([visibleText(200), signInResponse]))
    .max(50)
    .default([]),
  /** Paths in the claims of the ID token, in the token response or in the userinfo, in this order. */
  account: accountPaths.exactOptional(),
});

const injectionDefinition = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('header'), name: visibleText(100), value: valueTemplate }),
  z.strictObject({ in: z.literal('query'), name: visibleText(100), value: valueTemplate }),
  /** Basic authentication: `name` is the user name, `value` the password. */
  z.strictObject({
    in: z.literal('basic'),
    name: valueTemplate.exactOptional(),
    value: valueTemplate.exactOptional(),
  }),
]);

const headersDefinition = z.record(visibleText(100), valueTemplate);

/** How a request to the service carries the credential, and where it may go. */
export const httpDefinition = z.strictObject({
  /** The URL that all paths stand below, such as `https://{subdomain}.example.com/api` or `{url}`. */
  base_url: urlTemplate,
  /** The only hosts that receive the credential. By default it is the host of `base_url`. */
  hosts: z.array(visibleText(300)).min(1).max(50).exactOptional(),
  /** An OAuth type sends its access token as a bearer token unless this says otherwise. */
  inject: z.array(injectionDefinition).max(20).exactOptional(),
  /** Constant headers that the service requires. */
  headers: headersDefinition.default({}),
});

const statuses = z.array(httpStatus).min(1).max(50);
const signs = z.union([signInResponse, z.array(signInResponse).max(20)]).exactOptional();

/**
 * How to ask whether a credential works: with a request, or with a login of a protocol. A type has one kind of
 * keys; `protocol` decides which.
 */
export const verifyDefinition = z.strictObject({
  method: httpMethod.default('GET'),
  /** Below `base_url`. */
  path: valueTemplate.exactOptional(),
  /** In place of `path`: a URL on one of the type's hosts. With `protocol`: the field of a connection string. */
  url: urlTemplate.exactOptional(),
  headers: headersDefinition.default({}),
  /** The JSON that the request sends. */
  body: z.json().exactOptional(),
  ok: statuses.default([200]),
  refused: statuses.default([401]),
  insufficient: statuses.default([403]),
  /** For services that return the same status for both: what the response says then. */
  ok_when: signs,
  refused_when: signs,
  insufficient_when: signs,
  account: accountPaths.exactOptional(),
  /** Where the response says in words why it refuses. */
  message: jsonPath.exactOptional(),
  /** The protocol of a database or of a mail server. */
  protocol: z
    .enum(['postgresql', 'mysql', 'redis', 'smtp', 'imap', 'mongodb', 'neo4j', 'mssql'])
    .exactOptional(),
  /** A parameter of the protocol → the field that holds it. By default they have the same name. */
  fields: z.record(parameterName, fieldName).default({}),
});

/** A token made without a person. The facts of each kind are checked where such tokens are made. */
const mintDefinition = z.looseObject({
  kind: z.enum([
    'client_credentials',
    'google_service_account',
    'github_app',
    'aws_assume_role',
    'snowflake_key_pair',
    'jwt_bearer',
    'two_step',
  ]),
});

/** The keys of a definition besides `type` and `category`. */
const ofEveryType = {
  /** Its name for people. */
  label: words,
  /** One sentence about the service. */
  description: sentences.exactOptional(),
  /** The page of the service's documentation. */
  docs_url: httpsUrl.exactOptional(),
  /** The page where a person finds or makes the key. */
  key_url: httpsUrl.exactOptional(),
  /** An SVG of one colour; in a shipped type `simple-icons:` and the name of an icon. */
  logo: storableText(8_192).exactOptional(),
  /** The page that the facts come from, and the day when they were compared with it. */
  source: httpsUrl.exactOptional(),
  checked: z.iso.date('Must be a day such as 2026-01-31').exactOptional(),
  /** In the order of a form. */
  fields: z.array(fieldDefinition).min(1).max(100),
  rules: z.array(ruleDefinition).max(100).default([]),
  oauth2: oauth2Definition.exactOptional(),
  mint: mintDefinition.exactOptional(),
  http: httpDefinition.exactOptional(),
  verify: verifyDefinition.exactOptional(),
};

/** The form of a connection type that is shipped with the server. */
export const shippedForm = z.strictObject({
  /** The identifier that clients send, such as `dynamiq.connections.OpenAI`. */
  type: z
    .string()
    .regex(
      /^(?:dynamiq|patchbay)\.connections\.[A-Za-z][A-Za-z0-9]{0,63}$/,
      'Must be dynamiq.connections. or patchbay.connections. and a name of letters and digits',
    ),
  category: z.enum(categories),
  ...ofEveryType,
});

/** The form of a connection type that a user has defined. */
export const customForm = z.strictObject({
  /** The identifier that clients send. */
  type: z
    .string()
    .regex(
      /^custom\.[A-Za-z][A-Za-z0-9]{0,63}$/,
      'Must be custom. and a name of up to 64 letters and digits that begins with a letter',
    ),
  /** One of the shipped categories or another word. */
  category: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Must be a word like web_search')
    .default('custom'),
  ...ofEveryType,
});

export type TypeDefinition = z.output<typeof shippedForm> | z.output<typeof customForm>;
export type ShippedCategory = (typeof categories)[number];
export type FieldDefinition = z.output<typeof fieldDefinition>;
export type RuleDefinition = z.output<typeof ruleDefinition>;
export type OAuthDefinition = z.output<typeof oauth2Definition>;
export type HttpDefinition = z.output<typeof httpDefinition>;
export type VerifyDefinition = z.output<typeof verifyDefinition>;
/** The value at a path in a response that means something. */
export type SignInResponse = z.output<typeof signInResponse>;
