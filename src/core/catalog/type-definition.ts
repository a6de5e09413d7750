import { z } from 'zod';

/*
 * The form in which a connection type is written down, in `types/<category>.json`. An unknown key fails,
 * so that a misspelled one is found. `docs/connection-types.md` explains the form with examples.
 */

/** Categories in the order in which a picker shows them. */
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
] as const;

const words = z.string().min(1).max(200);
const fieldName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'Must be a name like api_key');
const httpsUrl = z.url({ protocol: /^https$/, error: 'Must be an https URL' });

/** Keys that a field may have, whatever its kind. */
const ofEveryKind = {
  /** Its key in the config, in snake_case. Its label is derived from it. */
  name: fieldName,
  /** Whether a config without it is refused. */
  required: z.boolean(),
  /** Whether it is sealed, and returned only by the credentials call. */
  secret: z.boolean().default(false),
  /** One sentence for the person who fills it in. */
  description: words.exactOptional(),
};

const optionalTextProperty = z.string().exactOptional();
const optionalNumberProperty = z.int().exactOptional();

/** One field of the config. `default` is filled in when the field is left out; a required field has none. */
const fieldDefinition = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('string'),
    ...ofEveryKind,
    default: optionalTextProperty,
    /** `address`: a host or URL of any scheme, without a password. `key`: without invisible characters. */
    format: z.enum(['address', 'key', 'private_key']).exactOptional(),
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
    enum: z.array(z.string()).min(1),
    /** The one value of `enum` is also the default: forms do not ask for it. */
    const: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('string[]'),
    ...ofEveryKind,
    default: z.array(z.string()).exactOptional(),
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

const fieldNames = z.array(fieldName).min(1);

/** A condition over several fields. Blank text counts as not given, a default as given. */
const ruleDefinition = z.union(
  [
    /** At least one of the groups is given in full. Complaints name the gaps in the first. */
    z.strictObject({ one_of: z.array(fieldNames).min(2) }),
    /** Where the key is given, its fields are required. */
    z.strictObject({ with: z.record(fieldName, fieldNames) }),
    /** While the one field in `when` has that value, the fields in `require` are required. */
    z.strictObject({ when: z.record(fieldName, z.string()), require: fieldNames }),
  ],
  'Must have one_of, with, or when and require',
);

const scopeProperty = z.string().min(1);

/** How a provider names granted scopes, where that differs from how they were requested. */
const scopeEquals = z.strictObject({
  /** Whether two names that differ only in case are one scope. */
  case_insensitive: z.boolean().default(false),
  /** A prefix that a scope is named with or without. */
  optional_prefix: z.string().default(''),
  /** Another name of a scope → the name that it is compared by. */
  same: z.record(scopeProperty, scopeProperty).default({}),
  /** A scope → narrower scopes that it includes and that the provider then does not name. */
  includes: z.record(scopeProperty, z.array(scopeProperty)).default({}),
  /** Scopes that the provider grants and never names. */
  unnamed: z.array(scopeProperty).default([]),
});

/** Facts about an OAuth 2.0 provider. */
const oauth2Definition = z.strictObject({
  /** Both URLs stand here, or the type has required fields of these names. */
  authorization_url: httpsUrl.exactOptional(),
  token_url: httpsUrl.exactOptional(),
  /** Where RFC 7009 revokes a token, if the provider can. */
  revocation_url: httpsUrl.exactOptional(),
  /** Requested when a config names no scopes. */
  default_scopes: z.array(scopeProperty).default([]),
  /** Requested in addition to whatever a config names. */
  always_scopes: z.array(scopeProperty).default([]),
  scope_equals: scopeEquals.prefault({}),
  /** Added to the consent's URL. */
  authorization_params: z.record(z.string(), z.string()).default({}),
  /** How the client authenticates at the token endpoint; `basic+json` is Basic with a JSON body. */
  client_auth: z.enum(['basic', 'basic+json', 'body']),
});

/** One connection type. */
export const typeDefinition = z
  .strictObject({
    /** The identifier that clients send, such as `dynamiq.connections.OpenAI`. */
    type: z
      .string()
      .regex(
        /^dynamiq\.connections\.[A-Za-z][A-Za-z0-9]{0,63}$/,
        'Must be dynamiq.connections. and a name of letters and digits',
      ),
    /** Its name for people. */
    label: words,
    category: z.enum(categories),
    /** The page that the facts come from. */
    source: httpsUrl.exactOptional(),
    /** In the order of a form. */
    fields: z.array(fieldDefinition).min(1),
    rules: z.array(ruleDefinition).default([]),
    oauth2: oauth2Definition.exactOptional(),
  })
  .superRefine((definition, context) => {
    for (const { path, message } of findContradictions(definition)) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

export type TypeDefinition = z.output<typeof typeDefinition>;
export type FieldDefinition = z.output<typeof fieldDefinition>;
export type RuleDefinition = z.output<typeof ruleDefinition>;

type Contradiction = { path: (string | number)[]; message: string };

/** Returns what no single key shows: it takes the whole definition. */
function findContradictions({ fields, rules, oauth2 }: TypeDefinition): Contradiction[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const found: Contradiction[] = [];
  const complain = (message: string, ...path: (string | number)[]) => found.push({ path, message });

  for (const [index, field] of fields.entries()) {
    if (byName.get(field.name) !== field) complain('Is used twice', 'fields', index, 'name');
    if (field.required && 'default' in field) {
      complain('A required field has no default', 'fields', index, 'default');
    }
    if (field.kind !== 'enum') continue;
    const { enum: values, const: isConst, default: fallback } = field;
    if (fallback !== undefined && !values.includes(fallback)) {
      complain('Must be one of the enum', 'fields', index, 'default');
    }
    if (isConst && (values.length > 1 || fallback === undefined)) {
      complain('Takes one enum value, which is the default', 'fields', index, 'const');
    }
  }
  for (const [index, rule] of rules.entries()) {
    if (fieldsOf(rule).length === 0) complain('Must have a field', 'rules', index);
    for (const name of fieldsOf(rule)) {
      if (!byName.has(name)) complain(`The type has no field ${name}`, 'rules', index);
    }
    if (!('when' in rule)) continue;
    const conditions = Object.entries(rule.when);
    if (conditions.length !== 1) complain('Must have one field', 'rules', index, 'when');
    for (const [name, value] of conditions) {
      const field = byName.get(name);
      if (field?.kind === 'enum' && field.enum.includes(value)) continue;
      complain('Must be a value of an enum field', 'rules', index, 'when', name);
    }
  }
  for (const name of oauth2 === undefined ? [] : (['authorization_url', 'token_url'] as const)) {
    if (oauth2?.[name] !== undefined || byName.get(name)?.required) continue;
    complain('Is missing here and among the required fields', 'oauth2', name);
  }
  return found;
}

function fieldsOf(rule: RuleDefinition): string[] {
  if ('one_of' in rule) return rule.one_of.flat();
  if ('with' in rule) return [...Object.keys(rule.with), ...Object.values(rule.with).flat()];
  return [...Object.keys(rule.when), ...rule.require];
}
