import { z } from 'zod';
import { parseUrl } from '../../platform/parse-url.ts';
import type { Field } from './fields.ts';
import { findInvisible, isBlank } from './invisible.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { findPassword } from './passwords-in-urls.ts';
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
const httpUrl = new RegExp(
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
export const notScope =
  'must be one OAuth scope: no blanks, commas, quotes, backslashes or letters outside ASCII';

const notUrl = 'must be an absolute http or https URL';
const notDatetime = 'must be a date and time with an offset, as in RFC 3339';

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
      return url();
    case 'port':
      return port();
    case 'integer':
      return format === 'seconds' ? positiveInteger() : z.int(missingOr('must be an integer'));
    case 'number':
      return format === 'seconds' ? positiveNumber() : z.number(missingOr('must be a number'));
    case 'boolean':
      return z.boolean(missingOr('must be true or false'));
    case 'enum':
      return field.const ? constant(field.const) : choice(field.enum ?? []);
    case 'string[]':
      return z.array(
        format === 'scopes' ? filledText().regex(scopePattern, notScope) : filledText(),
        missingOr('must be a list of text'),
      );
    case 'object':
      return format === 'texts' ? textsByName() : object();
    case 'datetime':
      return filledText().regex(rfc3339, notDatetime).meta({ format: 'date-time' });
  }
}

/** Any text that can be stored. */
function text() {
  return z.string(missingOr('must be text')).superRefine(reporting(findTextProblem));
}

function filledText() {
  return text().refine((value) => !isBlank(value), 'cannot be blank');
}

/** Text of a field, with the checks of its format. Only text that is not required may be blank. */
function fieldText(field: Field) {
  const base = field.required ? filledText() : text();
  if (field.format === 'private_key') return base.superRefine(reporting(findKeyProblem));
  const checked = field.format === 'key' ? base.superRefine(reporting(findInvisible)) : base;
  if (field.secret) return checked;
  return checked.superRefine(reporting((value: string) => findPassword(field, value)));
}

function findKeyProblem(value: string): string | undefined {
  const read = readPrivateKey(value);
  return read.ok ? undefined : read.problem;
}

/** A URL with a host. It stays as written, because providers compare URLs letter by letter. */
function url() {
  return filledText()
    .superRefine(reporting((value: string) => findPassword({ kind: 'url' }, value)))
    .regex(httpUrl, notUrl)
    .refine((value) => parseUrl(value) !== undefined, notUrl);
}

function choice(values: readonly string[]) {
  return z.enum(values, missingOr(`must be one of: ${values.join(', ')}`));
}

function constant(value: string) {
  return z.literal(value, missingOr(`must be ${value}`));
}

function port() {
  const message = 'must be an integer from 1 to 65535';
  return z.int(missingOr(message)).min(1, message).max(65535, message);
}

function positiveInteger() {
  const message = 'must be a positive integer';
  return z.int(missingOr(message)).positive(message);
}

function positiveNumber() {
  const message = 'must be a positive number';
  return z.number(missingOr(message)).positive(message);
}

/** A JSON object of bounded depth. It is passed on unchanged, even if it has a key `__proto__`. */
function object() {
  return z
    .custom<JsonObject>(isJsonObject, missingOr('must be an object'))
    .superRefine((value, context) => {
      const message = findNestedProblem(value);
      if (message !== undefined) return context.addIssue({ code: 'custom', message });
      for (const found of findUnwritable(value)) context.addIssue({ code: 'custom', ...found });
    })
    .meta({ type: 'object' });
}

/** A JSON object whose values are all text. */
function textsByName() {
  return object()
    .refine(
      (value) => Object.values(value).every((inner) => typeof inner === 'string'),
      'must be an object whose values are all text',
    )
    .meta({ type: 'object', additionalProperties: { type: 'string' } });
}

/** The messages of a schema: for a missing value, and for a value of the wrong type. */
function missingOr(message: string) {
  return {
    error: ({ input }: { input?: unknown }) => (input === undefined ? 'cannot be blank' : message),
  };
}

/** Returns a zod check that complains with the text that `find` returns. */
function reporting<T>(find: (value: T) => string | undefined) {
  return (value: T, context: z.RefinementCtx) => {
    const message = find(value);
    if (message) context.addIssue({ code: 'custom', message });
  };
}
