import type { FieldIssue } from '../../platform/errors.ts';
import { fieldIssues, inFieldOrder, ruleIssues, unknownFieldIssues } from './config.issues.ts';
import { configSchema } from './config.schema.ts';
import type { ConnectionType } from './connection-type.ts';
import type { Field } from './fields.ts';
import { cutInvisibleEdges, isBlank } from './invisible.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isJsonObject, ownValue } from './json.ts';
import { readPrivateKey } from './private-key.ts';

/** A good config in its two halves, or everything that is wrong with it. */
export type ParsedConfig =
  | { ok: true; config: JsonObject; secrets: JsonObject }
  | { ok: false; issues: FieldIssue[] };

const notAnObject: FieldIssue = { path: 'config', message: 'must be an object' };

/**
 * Judges a whole config, fills in the defaults and parts the secrets from the rest. Null is the same as
 * left out, and so is blank text in an optional field, except that a secret left out keeps its value in
 * `kept`, the stored secrets of the same type, and only null removes it. What is kept was judged when it
 * came, so it is not judged again. Issues come in the order of the fields, one per path.
 */
export function parseConfig(
  type: ConnectionType,
  input: unknown,
  kept: JsonObject = {},
): ParsedConfig {
  if (!isJsonObject(input)) return { ok: false, issues: [notAnObject] };
  const stored = keptFields(type, input, kept);
  const given = givenFields(type, input);
  const judged = judgeFields(type, given, stored);
  const known = [...judged.issues, ...ruleIssues(type, { ...stored, ...given })];
  const issues = [...inFieldOrder(type, known), ...unknownFieldIssues(type, input)];
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, ...inHalves(type, { ...judged.values, ...stored }) };
}

/**
 * What can be said of an update before the stored connection was read: as {@link parseConfig}, but
 * a secret that is left out may be stored, so it is no issue, and rules are not judged.
 */
export function checkConfig(type: ConnectionType, input: unknown): FieldIssue[] {
  if (!isJsonObject(input)) return [notAnObject];
  const absentSecrets = type.fields.filter((field) => isAbsentSecret(field, input));
  const stored = Object.fromEntries(absentSecrets.map(({ name }) => [name, null]));
  const { issues } = judgeFields(type, givenFields(type, input), stored);
  return [...inFieldOrder(type, issues), ...unknownFieldIssues(type, input)];
}

/** A config without the blank text that stands for fields left out. */
export function withoutBlanks(type: ConnectionType, input: JsonObject): JsonObject {
  const blank = type.fields
    .filter((field) => isBlankField(field, ownValue(input, field.name)))
    .map(({ name }) => name);
  if (blank.length === 0) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !blank.includes(name)));
}

/** The fields of a config with their defaults, and what is wrong with them. Stored ones are passed over. */
function judgeFields(type: ConnectionType, given: JsonObject, stored: JsonObject) {
  const { shape } = configSchema(type);
  const values: Record<string, JsonValue | undefined> = {};
  const issues: FieldIssue[] = [];
  for (const { name } of type.fields) {
    if (Object.hasOwn(stored, name)) continue;
    const parsed = shape[name]?.safeParse(given[name]);
    if (parsed?.success) values[name] = parsed.data;
    else issues.push(...fieldIssues(name, parsed?.error));
  }
  return { values, issues };
}

// Only the type's own fields are read, so no key of the sender reaches a prototype.
function givenFields(type: ConnectionType, input: JsonObject): JsonObject {
  const given: JsonObject = {};
  for (const field of type.fields) {
    const value = ownValue(input, field.name);
    if (value === undefined || value === null || isBlankField(field, value)) continue;
    given[field.name] = mended(field, value);
  }
  return given;
}

function keptFields(type: ConnectionType, input: JsonObject, kept: JsonObject): JsonObject {
  const stored: JsonObject = {};
  for (const field of type.fields) {
    const value = ownValue(kept, field.name);
    if (value !== undefined && isAbsentSecret(field, input)) stored[field.name] = value;
  }
  return stored;
}

// Null removes a secret, so that is not absence.
function isAbsentSecret(field: Field, input: JsonObject): boolean {
  if (!field.secret) return false;
  const value = ownValue(input, field.name);
  return value === undefined || isBlankField(field, value);
}

// A form sends an empty input as empty text.
function isBlankField({ required }: Field, value: JsonValue | undefined): boolean {
  return typeof value === 'string' && !required && isBlank(value);
}

/** A value without what was pasted along with it, where that is plain. */
function mended({ holds }: Field, value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  if (holds === 'key') return cutInvisibleEdges(value);
  if (holds !== 'private-key') return value;
  const read = readPrivateKey(value);
  return read.ok ? read.pem : value;
}

function inHalves(type: ConnectionType, values: Record<string, JsonValue | undefined>) {
  const config: JsonObject = {};
  const secrets: JsonObject = {};
  for (const { name, secret } of type.fields) {
    const value = values[name];
    if (value !== undefined) (secret ? secrets : config)[name] = value;
  }
  return { config, secrets };
}
