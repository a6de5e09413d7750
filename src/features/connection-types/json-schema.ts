import { z } from 'zod';
import { type ConnectionType, oncePerType } from '../../core/catalog/catalog.ts';
import { configSchema } from '../../core/catalog/config.ts';
import type { Field } from '../../core/catalog/fields.ts';
import {
  blankPattern,
  cutEdgePattern,
  denseCharacterPattern,
  invisibleInsidePattern,
  visiblePattern,
} from '../../core/catalog/invisible.ts';
import type { JsonObject, JsonValue } from '../../core/catalog/json.ts';
import {
  addressUserPattern,
  passwordParameterPattern,
  urlPattern,
  urlUserPattern,
} from '../../core/catalog/passwords-in-urls.ts';
import { privateKeyPattern } from '../../core/catalog/private-key.ts';
import type { Rule } from '../../core/catalog/rules.ts';

/**
 * Returns the JSON Schema 2020-12 of a type's config, with `writeOnly` on secrets. It accepts what the
 * server accepts: null and blank text stand for an optional field that is left out. It cannot express that
 * a private key must be readable and how deeply an object may be nested.
 */
export const toJsonSchema = oncePerType((type): JsonObject => {
  const schema = z.toJSONSchema(configSchema(type), {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  const { properties, ...closed } = schema as JsonObject; // zod's type lists keywords, but the value is plain JSON
  const rules = type.rules.flatMap((rule) => ruleSchemas(rule, type));
  const hasObjects = type.fields.some(({ kind }) => kind === 'object');
  return {
    ...closed,
    properties: propertySchemas(type, properties as JsonObject), // the schema is of an object, so it has them
    ...(rules.length > 0 && { allOf: rules }),
    ...(hasObjects && { $defs: { text: storable, value: anyValue } }),
  };
});

/** PostgreSQL cannot store the character 0, and a lone surrogate is no valid UTF-8. */
const storable = { type: 'string', pattern: '^[^\\u0000\\ud800-\\udfff]*$' };
const storableNames = { $ref: '#/$defs/text' };
const values = { $ref: '#/$defs/value' };
const anyValue = {
  anyOf: [
    storableNames,
    { type: ['number', 'boolean', 'null'] },
    { type: 'array', items: values },
    { type: 'object', propertyNames: storableNames, additionalProperties: values },
  ],
};

/** Null and blank text stand for a field that is left out. */
const leftOut = { type: ['string', 'null'], pattern: blankPattern };

function propertySchemas(type: ConnectionType, properties: JsonObject): JsonObject {
  return Object.fromEntries(
    type.fields.map((field) => [field.name, propertySchema(field, properties[field.name])]),
  );
}

/** Puts the words about a field outside of `anyOf`, where form generators look for them. */
function propertySchema(field: Field, property: JsonValue | undefined): JsonObject {
  const { title, description, writeOnly, default: fallback, ...value } = property as JsonObject;
  const words = { title, description, writeOnly, default: fallback };
  const about = Object.fromEntries(
    Object.entries(words).flatMap(([name, word]) => (word === undefined ? [] : [[name, word]])),
  );
  const taken = { ...value, ...restrictions(field) };
  if (field.required) return { ...about, ...taken };
  return { ...about, anyOf: [taken, leftOut] };
}

/** Returns the server's checks of a field that zod does not write into a JSON Schema. */
function restrictions(field: Field): JsonObject {
  switch (field.kind) {
    case 'string':
      return { allOf: textRules(field) };
    case 'url':
      return { not: { pattern: passwordParameterPattern } };
    case 'string[]':
      if (field.format === 'scopes') return {}; // zod writes their pattern itself
      return { items: { ...storable, allOf: [{ pattern: visiblePattern }] } };
    case 'object': {
      const inside = field.format === 'texts' ? storableNames : values;
      return { propertyNames: storableNames, additionalProperties: inside };
    }
    default:
      return {};
  }
}

/** Returns the patterns that a text must match. Passwords belong only into secret fields. */
function textRules(field: Field): JsonObject[] {
  const { required, secret, format } = field;
  const rules: JsonObject[] = [{ pattern: storable.pattern }, ...formRules(field)];
  if (required) rules.push({ pattern: visiblePattern });
  if (format === 'private_key') rules.push({ pattern: privateKeyPattern });
  if (format === 'key') rules.push({ not: { pattern: invisibleInsidePattern } });
  if (format === 'address') {
    rules.push(
      { not: { pattern: addressUserPattern } },
      { not: { pattern: passwordParameterPattern } },
    );
  }
  if (!secret) {
    const withPassword = {
      allOf: [{ pattern: urlPattern }, { pattern: passwordParameterPattern }],
    };
    rules.push({ not: { pattern: urlUserPattern } }, { not: withPassword });
  }
  return rules;
}

/** Returns the rules of a text's length, blanks and pattern. */
function formRules({ format, minLength, maxLength, noSpace, pattern }: Field): JsonObject[] {
  // The server cuts these edges off a key before it checks the rest.
  const edge = format === 'key' ? `(?:${cutEdgePattern})?` : '';
  const rules: JsonObject[] = [];
  if (minLength !== undefined) rules.push({ minLength });
  if (maxLength !== undefined) rules.push({ maxLength });
  if (noSpace) {
    const character = format === 'key' ? denseCharacterPattern : '\\S';
    rules.push({ pattern: `^${edge}${character}*${edge}$` });
  }
  if (pattern !== undefined) {
    rules.push({ pattern: pattern.replace(/^\^/, `^${edge}`).replace(/(?<!\\)\$$/, `${edge}$`) });
  }
  return rules;
}

/** Translates a rule about several fields into the conditions of JSON Schema. */
function ruleSchemas(rule: Rule, type: ConnectionType): JsonObject[] {
  switch (rule.kind) {
    case 'together':
      return rule.fields.map((field) => conditional(given([field]), given(rule.fields)));
    case 'with':
      return [conditional(given([rule.field]), given(rule.needs))];
    case 'one_of':
      return [{ anyOf: rule.groups.map(given) }];
    case 'when':
      return [conditional(conditionSchema(rule.field, rule.equals, type), given(rule.needs))];
  }
}

function conditional(condition: JsonObject, needed: JsonObject): JsonObject {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: condition, then: needed };
}

/** The schema of a config in which these fields hold a value. */
function given(fields: readonly string[]): JsonObject {
  return {
    required: [...fields],
    properties: Object.fromEntries(fields.map((field) => [field, { not: leftOut }])),
  };
}

// An absent property satisfies `properties`, which is right only for the default value.
function conditionSchema(name: string, equals: string, type: ConnectionType): JsonObject {
  const field = type.fields.find((candidate) => candidate.name === name);
  if (field?.default !== equals)
    return { properties: { [name]: { const: equals } }, required: [name] };
  return { properties: { [name]: { anyOf: [{ const: equals }, leftOut] } } };
}
