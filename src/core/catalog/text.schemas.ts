import { z } from 'zod';
import { parseUrl } from '../../platform/parse-url.ts';
import type { Field } from './fields.ts';
import { findInvisible, isBlank } from './invisible.ts';
import { findPassword } from './passwords-in-urls.ts';
import { readPrivateKey } from './private-key.ts';
import { missingOr, report } from './schema.messages.ts';
import { findTextProblem } from './text-safety.ts';

/*
 * The patterns are in the JSON Schema too, and say the same there. None of them can take a text apart
 * in two ways, so the time that they take grows with its length and no faster.
 */

const letters = '\\p{L}\\p{M}\\p{Nd}_~-';
const isNumeric = '(?:\\d+|0[Xx][\\dA-Fa-f]*)(?:[.]?[:/?#]|[.]?$)';
const domain = `(?:[${letters}]+\\.)*(?!${isNumeric})[${letters}]+\\.?`;
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const group = '[\\dA-Fa-f]{1,4}';
const lastGroups = `(?:${group}:${group}|${ipv4})`;
/* As RFC 3986 has it: `before` groups at most, then `::`, then as many as are left. */
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

/* zod's pattern of a date knows the calendar. */
const date = z.regexes.date.source.replace(/^\^|\$$/g, '');
const rfc3339 = new RegExp(
  `^${date}[Tt](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$`,
);

/**
 * RFC 6749, section 3.3, without the comma: providers separate scopes by blanks or by commas, so a name
 * that holds one is never granted under that name.
 */
export const scopePattern = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;
export const notScope =
  'must be one OAuth scope: no blanks, commas, quotes, backslashes or letters outside ASCII';

const notUrl = 'must be an absolute http or https URL';
const notDatetime = 'must be a date and time with an offset, as in RFC 3339';

/** Any text that can be stored. */
export function text() {
  return z.string(missingOr('must be text')).superRefine(report(findTextProblem));
}

/** Text that says something. */
export function filledText() {
  return text().refine((value) => !isBlank(value), 'cannot be blank');
}

/** Text of a field: blank only where it is not required, and what the field says that it holds. */
export function fieldText(field: Field) {
  const base = field.required ? filledText() : text();
  if (field.holds === 'private-key') return base.superRefine(report(findKeyProblem));
  const checked = field.holds === 'key' ? base.superRefine(report(findInvisible)) : base;
  if (field.secret) return checked;
  return checked.superRefine(report((value: string) => findPassword(field, value)));
}

/** A URL with a host. It stays as written: providers compare URLs letter by letter. */
export function url() {
  return filledText()
    .superRefine(report((value: string) => findPassword({ kind: 'url' }, value)))
    .regex(httpUrl, notUrl)
    .refine((value) => parseUrl(value) !== undefined, notUrl);
}

/** A moment of the real calendar. */
export function datetime() {
  return filledText().regex(rfc3339, notDatetime).meta({ format: 'date-time' });
}

/** One of some texts. */
export function choice(values: readonly string[]) {
  return z.enum(values, missingOr(`must be one of: ${values.join(', ')}`));
}

/** That text, and no other. */
export function constant(value: string) {
  return z.literal(value, missingOr(`must be ${value}`));
}

/** A list of texts, none of them blank. */
export function textList() {
  return z.array(filledText(), missingOr('must be a list of text'));
}

/** A list of OAuth scopes. */
export function scopeList() {
  const scope = filledText().regex(scopePattern, notScope);
  return z.array(scope, missingOr('must be a list of text'));
}

function findKeyProblem(value: string): string | undefined {
  const read = readPrivateKey(value);
  return read.ok ? undefined : read.problem;
}
