import { z } from 'zod';
import { configSchema } from './config.schema.ts';
import { type ConnectionType, rulesOf } from './connection-type.ts';
import type { JsonObject } from './json.ts';
import { oncePerType } from './once-per-type.ts';
import type { Rule } from './rules.ts';

/**
 * A type's config as JSON Schema 2020-12, secrets `writeOnly`. It describes a config written out:
 * the null, or the empty URL, that the server takes for "left out" is not in it.
 */
export const toJsonSchema = oncePerType((type): JsonObject => {
  const schema = z.toJSONSchema(configSchema(type), {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  const rules = rulesOf(type).map((rule) => ruleSchema(rule, type));
  return {
    ...(schema as JsonObject), // zod types it as keywords; it is plain JSON
    ...(rules.length > 0 && { allOf: rules }),
  };
});

function ruleSchema(rule: Rule, type: ConnectionType): JsonObject {
  switch (rule.kind) {
    case 'together':
      return { dependentRequired: eachWithOthers(rule.fields) };
    case 'beside':
      return { dependentRequired: { [rule.field]: [...rule.needs] } };
    case 'oneGroup':
      return { anyOf: rule.groups.map((group) => ({ required: [...group] })) };
    case 'when':
      return {
        if: conditionSchema(rule.field, rule.equals, type),
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: [...rule.needs] },
      };
  }
}

// An absent property satisfies `properties`: right for the default value, wrong for any other.
function conditionSchema(name: string, equals: string, type: ConnectionType): JsonObject {
  const condition = { properties: { [name]: { const: equals } } };
  const field = type.fields.find((candidate) => candidate.name === name);
  return field?.default === equals ? condition : { ...condition, required: [name] };
}

function eachWithOthers(fields: readonly string[]): JsonObject {
  return Object.fromEntries(
    fields.map((field) => [field, fields.filter((other) => other !== field)]),
  );
}
