import type { FieldIssue } from '../errors.ts';
import { fieldIssues, inFieldOrder, ruleIssues, unknownFieldIssues } from './config.issues.ts';
import { configSchema } from './config.schema.ts';
import type { ConnectionType } from './connection-type.ts';
import type { Field } from './fields.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isJsonObject, ownValue } from './json.ts';

/** A good config in its two halves, or everything that is wrong with it. */
export type ParsedConfig =
  | { ok: true; config: JsonObject; secrets: JsonObject }
  | { ok: false; issues: FieldIssue[] };

const notAnObject: FieldIssue = { path: 'config', message: 'must be an object' };

/**
 * Judges a whole config, fills in the defaults and parts the secrets from the rest. Null is the
 * same as left out, except that a secret left out keeps its value in `kept`, the stored secrets of
 * the same type, and only null removes it. Issues come in the order of the fields, one per path.
 */
export function parseConfig(
  type: ConnectionType,
  input: unknown,
  kept: JsonObject = {},
): ParsedConfig {
  if (!isJsonObject(input)) return { ok: false, issues: [notAnObject] };
  const given = givenFields(type, input, kept);
  const parsed = configSchema(type).safeParse(given);
  const known = [...fieldIssues(parsed.error), ...ruleIssues(type, given)];
  const issues = [...inFieldOrder(type, known), ...unknownFieldIssues(type, input)];
  if (!parsed.success || issues.length > 0) return { ok: false, issues };
  return { ok: true, ...inHalves(type, parsed.data) };
}

/**
 * What can be said of an update before the stored connection was read: as {@link parseConfig}, but
 * a secret that is left out may be stored, so it is no issue, and rules are not judged.
 */
export function checkConfig(type: ConnectionType, input: unknown): FieldIssue[] {
  if (!isJsonObject(input)) return [notAnObject];
  const parsed = configSchema(type).safeParse(givenFields(type, input, {}));
  const absentSecrets = type.fields
    .filter(({ name, secret }) => secret && ownValue(input, name) === undefined)
    .map(({ name }) => `config.${name}`);
  const known = fieldIssues(parsed.error).filter(({ path }) => !absentSecrets.includes(path));
  return [...inFieldOrder(type, known), ...unknownFieldIssues(type, input)];
}

// Only the type's own fields are read, so no key of the sender reaches a prototype.
function givenFields(type: ConnectionType, input: JsonObject, kept: JsonObject): JsonObject {
  const given: JsonObject = {};
  for (const field of type.fields) {
    const sent = ownValue(input, field.name);
    const value = sent === undefined && field.secret ? ownValue(kept, field.name) : sent;
    if (value !== undefined && !isLeftOut(field, value)) given[field.name] = value;
  }
  return given;
}

// A form sends an empty input as empty text. No URL is empty, so it can only mean "left out".
function isLeftOut(field: Field, value: JsonValue): boolean {
  return value === null || (value === '' && field.kind === 'url' && !field.required);
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
