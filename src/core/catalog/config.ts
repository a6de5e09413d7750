import { z } from 'zod';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { type ConnectionType, oncePerType } from './catalog.ts';
import { type Complaint, complaint, messageOf } from './complaints.ts';
import { complaintOf, fieldSchema } from './field-schemas.ts';
import type { Field } from './fields.ts';
import { cutInvisibleEdges, isBlank } from './invisible.ts';
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from './json.ts';
import { readPrivateKey } from './private-key.ts';
import { missingFields } from './rules.ts';
import { findTextProblem } from './text-safety.ts';

/** A good config in its two halves, or all complaints about it. */
export type ParsedConfig =
  | { ok: true; config: JsonObject; secrets: JsonObject }
  | { ok: false; issues: FieldIssue[] };

const notAnObject = issueAt('config', complaint('not_object'));

/**
 * Checks a whole config, fills in the defaults and separates the secrets from the rest. Null means left
 * out, and so does blank text in an optional field. A secret that is left out keeps its value in `kept`,
 * the stored secrets of the same type; only null removes it. Kept values were checked when they were
 * stored, so they are not checked again. Issues come in the order of the fields, one per path.
 */
export function parseConfig(
  type: ConnectionType,
  input: unknown,
  kept: JsonObject = {},
): ParsedConfig {
  if (!isJsonObject(input)) return { ok: false, issues: [notAnObject] };
  const stored = keptFields(type, input, kept);
  const given = givenFields(type, input);
  const checked = checkFields(type, given, stored);
  const known = [...checked.issues, ...ruleIssues(type, { ...stored, ...given })];
  const issues = [...inFieldOrder(type, known), ...unknownFieldIssues(type, input)];
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, ...inHalves(type, { ...checked.values, ...stored }) };
}

/**
 * Checks the config of an update before the stored connection is read. It differs from {@link parseConfig}
 * in that a missing secret is no issue, because it may be stored, and that rules are not checked.
 */
export function checkConfig(type: ConnectionType, input: unknown): FieldIssue[] {
  if (!isJsonObject(input)) return [notAnObject];
  const absentSecrets = type.fields.filter((field) => isAbsentSecret(field, input));
  const stored = Object.fromEntries(absentSecrets.map(({ name }) => [name, null]));
  const { issues } = checkFields(type, givenFields(type, input), stored);
  return [...inFieldOrder(type, issues), ...unknownFieldIssues(type, input)];
}

/** Returns the config without the blank text that means that a field is left out. */
export function withoutBlanks(type: ConnectionType, input: JsonObject): JsonObject {
  const blank = type.fields
    .filter((field) => isBlankField(field, ownValue(input, field.name)))
    .map(({ name }) => name);
  if (blank.length === 0) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !blank.includes(name)));
}

/** Returns the names of the secret fields that hold a value, in the order of the fields. */
export function secretFieldsWithValue(type: ConnectionType, secrets: JsonObject): string[] {
  return type.fields
    .filter(({ name, secret }) => secret && holdsValue(ownValue(secrets, name)))
    .map(({ name }) => name);
}

/** Returns the zod schema of a type's config. It has the fields; rules over several fields are not in it. */
export const configSchema = oncePerType((type) => {
  const fields = type.fields.map((field) => [field.name, fieldSchema(field)] as const);
  return z.strictObject(Object.fromEntries(fields)).meta({ title: type.label });
});

/** Checks the fields one by one and fills in their defaults. Stored fields are skipped. */
function checkFields(type: ConnectionType, given: JsonObject, stored: JsonObject) {
  const { shape } = configSchema(type);
  const values: Record<string, JsonValue | undefined> = {};
  const issues: FieldIssue[] = [];
  for (const { name } of type.fields) {
    if (Object.hasOwn(stored, name)) continue;
    const parsed = shape[name]?.safeParse(given[name]);
    if (parsed?.success) values[name] = parsed.data;
    else issues.push(...configFieldIssues(name, parsed?.error));
  }
  return { values, issues };
}

// Reads only the type's own fields, so that no key of the sender reaches a prototype.
function givenFields(type: ConnectionType, input: JsonObject): JsonObject {
  const given: JsonObject = {};
  for (const field of type.fields) {
    const value = ownValue(input, field.name);
    if (value === undefined || value === null || isBlankField(field, value)) continue;
    given[field.name] = withoutPasteMarks(field, value);
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

// Null is not absence: it removes a secret.
function isAbsentSecret(field: Field, input: JsonObject): boolean {
  if (!field.secret) return false;
  const value = ownValue(input, field.name);
  return value === undefined || isBlankField(field, value);
}

// A form sends an empty input as empty text.
function isBlankField({ required }: Field, value: JsonValue | undefined): boolean {
  return typeof value === 'string' && !required && isBlank(value);
}

/** Returns the value without characters that were clearly pasted by mistake. */
function withoutPasteMarks({ format }: Field, value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  if (format === 'key') return cutInvisibleEdges(value);
  if (format !== 'private_key') return value;
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

function holdsValue(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Turns zod's issues of a field into ours. */
function configFieldIssues(field: string, error: z.ZodError | undefined): FieldIssue[] {
  const found = error?.issues ?? [];
  return found.map((issue) =>
    issueAt(['config', field, ...issue.path].join('.'), complaintOf(issue)),
  );
}

function issueAt(path: string, found: Complaint): FieldIssue {
  return { path, message: messageOf(found), ...found };
}

/** Returns what the type's rules miss, each at the missing field. Defaults count as given. */
function ruleIssues(type: ConnectionType, given: JsonObject): FieldIssue[] {
  if (type.rules.length === 0) return [];
  const whole = { ...defaultsOf(type), ...given };
  const missing = type.rules.flatMap((rule) => missingFields(rule, whole));
  return missing.map(({ field, found }) => issueAt(`config.${field}`, found));
}

/** Returns one issue for each key that the type does not have. A key that cannot be stored is not repeated. */
function unknownFieldIssues(type: ConnectionType, input: JsonObject): FieldIssue[] {
  const known = new Set(type.fields.map(({ name }) => name));
  return Object.entries(input)
    .filter(([name, value]) => value !== undefined && !known.has(name))
    .map(([name]) => unknownFieldIssue(name));
}

/** Sorts issues by the type's fields. Where a path has several, the first one stays. */
function inFieldOrder(type: ConnectionType, issues: readonly FieldIssue[]): FieldIssue[] {
  const byPath = new Map<string, FieldIssue>();
  for (const issue of issues) {
    if (!byPath.has(issue.path)) byPath.set(issue.path, issue);
  }
  const distinct = [...byPath.values()];
  return type.fields.flatMap(({ name }) => distinct.filter(({ path }) => isAt(name, path)));
}

function unknownFieldIssue(name: string): FieldIssue {
  const problem = findTextProblem(name);
  if (problem) return issueAt('config', problem);
  return issueAt(`config.${name}`, complaint('unknown_field'));
}

function isAt(field: string, path: string): boolean {
  return path === `config.${field}` || path.startsWith(`config.${field}.`);
}

function defaultsOf(type: ConnectionType): JsonObject {
  const defaults: JsonObject = {};
  for (const field of type.fields) {
    if (field.default !== undefined) defaults[field.name] = field.default;
  }
  return defaults;
}
