import { z } from 'zod';
import { parseUrl } from '../../platform/addresses.ts';
import { type Complaint, type ComplaintCode, complaint } from './complaints.ts';
import type { Field } from './fields.ts';
import { findInvisible, isBlank } from './invisible.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { findPassword } from './passwords-in-urls.ts';
import { compilePattern } from './patterns.ts';
import { readPrivateKey } from './private-key.ts';
import { findNestedProblem, findTextProblem, findUnwritable } from './text-safety.ts';

/*
 * The JSON Schema contains these patterns too, so they use only what both dialects know. Each matches a
 * text in one way only, so that its time grows linearly with the length of the text.
 */

const letters = '\\p{L}\\p{M}\\p{Nd}_~-';
const isNumeric = '(?:\\d+|0[Xx][\\dA-Fa-f]*)(?:[.]?[:/?#]|[.]?$)';
const domain = `(?:[${letters}]+\\.)*(?!${isNumeric})[${letters}]+\\.?`;
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const group = '[\\dA-Fa-f]{1,4}';
const lastGroups = `(?:${group}:${group}|${ipv4})`;
/* RFC 3986, section 3.2.2: at most `before` groups, then `::`, then the remaining groups. */
const shortened = [5, 4, 3, 2, 1, 0].map((after, before) => {
  const start = before === 0 ? '' : `(?:(?:${group}:){0,${before - 1}}${group})?`;
  return `${start}::(?:${group}:){${after}}${lastGroups}`;
});
const ipv6 = [
  `(?:${group}:){6}${lastGroups}`,
  ...shortened,
  `(?:(?:${group}:){0,5}${group})?::${group}`,
  `(?:(?:${group}:){0,6}${group})?::`,
].join('|');
const host = `(?:\\[(?:${ipv6})\\]|${ipv4}|${domain})`;
const portNumber =
  '(?::(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4})?)?';
const httpUrlForm = new RegExp(
  `^[Hh][Tt]{2}[Pp][Ss]?://${host}${portNumber}(?:[/?#][^\\s\\p{Cc}]*)?$`,
  'u',
);

/* zod's pattern of a date knows which days a month has. */
const date = z.regexes.date.source.replace(/^\^|\$$/g, '');
const rfc3339 = new RegExp(
  `^${date}[Tt](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$`,
);

/**
 * RFC 6749, section 3.3, without the comma: some providers separate scopes by commas, so they never grant a
 * scope whose name contains one.
 */
export const scopePattern = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;

/** Returns the schema of one field: its kind, whether it may be absent, and what is then filled in. */
export function fieldSchema(field: Field): z.ZodType<JsonValue | undefined> {
  const about = { title: field.label, description: field.description };
  return schemaWithPresence(field).meta(field.secret ? { ...about, writeOnly: true } : about);
}

function schemaWithPresence(field: Field): z.ZodType<JsonValue | undefined> {
  const schema = valueSchema(field);
  if (field.default !== undefined) return schema.default(field.default);
  return field.required ? schema : schema.optional();
}

function valueSchema(field: Field): z.ZodType<JsonValue> {
  const { kind, format } = field;
  switch (kind) {
    case 'string':
      return fieldText(field);
    case 'url':
      return urlSchema();
    case 'port':
      return port();
    case 'integer':
      return format === 'seconds' ? positiveInteger() : z.int(missingOr('not_integer'));
    case 'number':
      return format === 'seconds' ? positiveNumber() : z.number(missingOr('not_number'));
    case 'boolean':
      return z.boolean(missingOr('not_boolean'));
    case 'enum':
      return field.const ? constant(field.const) : choice(field.enum ?? []);
    case 'string[]':
      return z.array(
        format === 'scopes' ? filledText().regex(scopePattern, refused('not_scope')) : filledText(),
        missingOr('not_list'),
      );
    case 'object':
      return format === 'texts' ? textsByName() : object();
    case 'datetime':
      return filledText().regex(rfc3339, refused('not_datetime')).meta({ format: 'date-time' });
  }
}

/** Any text that can be stored. */
function text() {
  return z.string(missingOr('not_text')).superRefine(reporting(findTextProblem));
}

function filledText() {
  return text().refine((value) => !isBlank(value), refused('blank'));
}

/** Text of a field, with the checks of its format. Only text that is not required may be blank. */
function fieldText(field: Field) {
  const base = field.required ? filledText() : text();
  if (field.format === 'private_key') return base.superRefine(reporting(findKeyProblem));
  const visible = field.format === 'key' ? base.superRefine(reporting(findInvisible)) : base;
  const checked = visible.superRefine(reporting(createFormCheck(field)));
  if (field.secret) return checked;
  return checked.superRefine(reporting((value: string) => findPassword(field, value)));
}

/** Returns the check of a text's length and pattern. Blank text means that the field is left out. */
function createFormCheck({ minLength = 0, maxLength, noSpace, pattern }: Field) {
  const longest = maxLength ?? Number.POSITIVE_INFINITY;
  let matches: ((text: string) => boolean) | undefined;
  return (value: string): Complaint | undefined => {
    if (isBlank(value)) return undefined;
    if (value.length > longest || minLength > 0) {
      const { length } = [...value.slice(0, 2 * Math.max(minLength, maxLength ?? 0) + 2)];
      if (length < minLength) return complaint('too_short', { minimum: minLength });
      if (length > longest) return complaint('too_long', { maximum: longest });
    }
    if (noSpace && /\s/.test(value)) return complaint('holds_space');
    if (pattern === undefined) return undefined;
    matches ??= compilePattern(pattern);
    return matches(value) ? undefined : complaint('wrong_pattern');
  };
}

function findKeyProblem(value: string): Complaint | undefined {
  const read = readPrivateKey(value);
  return read.ok ? undefined : read.problem;
}

/** A URL with a host. It stays as written, because providers compare URLs letter by letter. */
function urlSchema() {
  return filledText()
    .superRefine(reporting((value: string) => findPassword({ kind: 'url' }, value)))
    .regex(httpUrlForm, refused('not_url'))
    .refine((value) => parseUrl(value) !== undefined, refused('not_url'));
}

function choice(values: readonly string[]) {
  return z.enum(values, missingOr('not_one_of'));
}

function constant(value: string) {
  return z.literal(value, missingOr('not_the_constant'));
}

function port() {
  const outside = refused('not_port');
  return z.int(missingOr('not_port')).min(1, outside).max(65535, outside);
}

function positiveInteger() {
  return z.int(missingOr('not_positive_integer')).positive(refused('not_positive_integer'));
}

function positiveNumber() {
  return z.number(missingOr('not_positive_number')).positive(refused('not_positive_number'));
}

/** A JSON object of bounded depth. It is passed on unchanged, even if it has a key `__proto__`. */
function object() {
  return z
    .custom<JsonObject>(isJsonObject, missingOr('not_object'))
    .superRefine((value, context) => {
      const nested = findNestedProblem(value);
      if (nested !== undefined) return context.addIssue(asIssue(nested));
      for (const { path, found } of findUnwritable(value)) {
        context.addIssue({ ...asIssue(found), path });
      }
    })
    .meta({ type: 'object' });
}

/** A JSON object whose values are all text. */
function textsByName() {
  return object()
    .refine(
      (value) => Object.values(value).every((inner) => typeof inner === 'string'),
      refused('not_object_of_text'),
    )
    .meta({ type: 'object', additionalProperties: { type: 'string' } });
}

/*
 * zod carries only a text with an issue, and parameters with a custom one. So the text of every issue is
 * the code of a complaint; complaintOf() reads it back.
 */

/** Returns the options of a check with that complaint. */
function refused(code: ComplaintCode) {
  return { error: code };
}

/** Returns the options of a schema: a missing value is blank, and one of the wrong type has that complaint. */
function missingOr(code: ComplaintCode) {
  return {
    error: ({ input }: { input?: unknown }): ComplaintCode =>
      input === undefined ? 'blank' : code,
  };
}

/** Returns a zod check that reports the complaint that `find` returns. */
function reporting<T>(find: (value: T) => Complaint | undefined) {
  return (value: T, context: z.RefinementCtx) => {
    const found = find(value);
    if (found !== undefined) context.addIssue(asIssue(found));
  };
}

function asIssue({ code, params }: Complaint) {
  return { code: 'custom', message: code, params } as const;
}

/** Returns the complaint that one of these schemas has put into an issue. */
export function complaintOf(issue: z.core.$ZodIssue): Complaint {
  const code = issue.message as ComplaintCode; // the schemas above put nothing else there
  if (issue.code === 'custom') return { code, params: issue.params ?? {} };
  if (issue.code !== 'invalid_value' || code === 'blank') return { code, params: {} };
  return { code, params: { values: issue.values.map(String) } };
}
