import { z } from 'zod';
import { parseUrl } from '../parse-url.ts';
import { missingOr, report } from './schema.messages.ts';
import { findTextProblem } from './text-safety.ts';

const httpUrl = /^[Hh][Tt]{2}[Pp][Ss]?:\/\/[^\s\p{Cc}/\\?#][^\s\p{Cc}]*$/u;
const rfc3339 =
  /^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

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
  return text().regex(/\S/, 'cannot be blank');
}

/** A URL with a host. It stays as written: providers compare URLs letter by letter. */
export function url() {
  return text()
    .refine(isFilled, 'cannot be blank')
    .regex(httpUrl, notUrl)
    .refine((value) => parseUrl(value) !== undefined, notUrl)
    .meta({ format: 'uri' });
}

/** A URL, or the empty text that a type has for its default. */
export function urlOrEmpty() {
  return z.union([z.literal(''), url()], missingOr(notUrl));
}

/** A moment of the real calendar. */
export function datetime() {
  return text()
    .refine(isFilled, 'cannot be blank')
    .regex(rfc3339, notDatetime)
    .refine((value) => z.regexes.date.test(value.slice(0, 10)), notDatetime)
    .meta({ format: 'date-time' });
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
  const scope = text().refine(isFilled, 'cannot be blank').regex(scopePattern, notScope);
  return z.array(scope, missingOr('must be a list of text'));
}

// As a refinement rather than a pattern, it leaves the JSON Schema to the stricter pattern beside it.
function isFilled(value: string): boolean {
  return value.trim() !== '';
}
