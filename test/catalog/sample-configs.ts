import { type ConnectionType, findShippedType } from '../../src/core/catalog/catalog.ts';
import type { Field, FieldKind } from '../../src/core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../src/core/catalog/json.ts';
import { newPrivateKey } from '../helpers/private-key.ts';

/** Finds the type of a short name, such as `OpenAI`. */
export function typeNamed(name: string): ConnectionType {
  return shippedType(`dynamiq.connections.${name}`);
}

/** Returns the shipped type of that full identifier. */
export function shippedType(name: string): ConnectionType {
  const type = findShippedType(name);
  if (!type) throw new Error(`no type ${name}`);
  return type;
}

const samples: Record<Exclude<FieldKind, 'enum'>, JsonValue> = {
  string: 'some text',
  url: 'https://example.com/path?query=1',
  port: 8080,
  integer: 7,
  number: 1.5,
  boolean: true,
  'string[]': ['one', 'two'],
  object: { name: 'value' },
  datetime: '2024-02-29T12:00:00+02:00',
};

const neededByRules: Record<string, JsonObject> = {
  AWS: { profile: 'default' },
  AWSTextract: { profile: 'default' },
  AWSOpenSearch: { profile: 'default' },
  Weaviate: { url: 'https://example.com' },
  Elasticsearch: { cloud_id: 'cloud' },
  SteelBrowser: { api_key: 'key' },
  CuaDesktop: { api_key: 'key' },
};

const samplePrivateKey = newPrivateKey();

/** A valid value for the field. */
export function sampleValue(field: Field): JsonValue {
  if (field.format === 'private_key') return samplePrivateKey;
  if (field.kind === 'string') return sampleText(field, 'some text');
  return field.kind === 'enum' ? (field.enum?.[0] ?? '') : samples[field.kind];
}

/**
 * A valid text for the field, with the filling in it if the field allows that. Patterns of shipped types consist of
 * literals, groups of literals, and classes with `+` or `{n}`.
 */
export function sampleText({ pattern, minLength = 0, noSpace }: Field, filling: string): string {
  const dense = noSpace ? filling.replaceAll(/\s/g, '') : filling;
  if (pattern === undefined) return dense.padEnd(minLength, 'x');
  const fillings = [dense, dense.replaceAll(/[^A-Za-z0-9]/g, ''), 'a', '0', 'A'];
  const text = pattern
    .replaceAll(/^\^|\$$|\(\?:[^)]*\)\?/g, '')
    .replaceAll(/\(\?:([^|)]*)[^)]*\)/g, '$1')
    .replaceAll(/(\[[^\]]+\])(\+|\{\d+\})?/g, (_, only: string, times = '') => {
      const whole = new RegExp(times === '+' ? `^${only}+$` : `^${only}$`);
      const fitting = fillings.find((candidate) => whole.test(candidate)) ?? '';
      return fitting.repeat(Number(/\d+/.exec(times)?.[0] ?? 1));
    });
  return text.replaceAll('\\', '').padEnd(minLength, 'x');
}

/** The minimal config of the type: required fields, and those that its rules ask for. */
export function minimalConfig(type: ConnectionType): JsonObject {
  return { ...configOf(type.fields.filter(({ required }) => required)), ...ruledFields(type) };
}

/** A config with every field. */
export function fullConfig(type: ConnectionType): JsonObject {
  return configOf(type.fields);
}

function configOf(fields: readonly Field[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, sampleValue(field)]));
}

function ruledFields(type: ConnectionType): JsonObject {
  return neededByRules[type.type.replace('dynamiq.connections.', '')] ?? {};
}
