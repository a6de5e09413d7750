import { z } from 'zod';
import { parseUrl } from './addresses.ts';
import type { FieldIssue } from './field-issues.ts';

/*
 * The messages of input errors, which follow the path of the field. No schema converts a value silently,
 * and no message contains the value.
 */

const blank = 'cannot be blank';

/** Text that must not be blank: trimmed, 1 to `max` characters (code points). */
export function requiredText(max: number) {
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? blank : 'must be text'),
    })
    .trim()
    .refine(isVisible, blank)
    .refine((text) => text.isWellFormed(), 'is not well-formed text')
    .refine((text) => !text.includes('\u0000'), 'cannot hold the character U+0000')
    .refine((text) => [...text].length <= max, `cannot be longer than ${max} characters`);
}

/**
 * A name that people see. Two names that look the same are the same: the text is composed (NFC), each run
 * of blanks becomes one space, and invisible characters are removed, except joiners in an emoji or in
 * scripts that need them.
 */
export function nameText(max: number) {
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? blank : 'must be text'),
    })
    .refine((text) => !text.includes('\u0000'), {
      error: 'cannot hold the character U+0000',
      abort: true,
    })
    .refine((text) => text.trim().length <= max * mostUnitsEach, {
      error: `cannot be longer than ${max} characters`,
      abort: true, // composing takes time, so the length is checked first
    })
    .refine((text) => !/\p{Cc}/u.test(text.trim()), 'cannot hold control characters')
    .transform(asName)
    .pipe(requiredText(max));
}

/** Maximum number of UTF-16 units per character with its marks, before it is composed. */
const mostUnitsEach = 16;

const joined =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\p{sc=Arab}|\p{sc=Deva}|\p{sc=Beng}|\p{sc=Taml}|\p{sc=Telu}|\p{sc=Knda}|\p{sc=Mlym}|\p{sc=Sinh}|\p{sc=Khmr}/u;
const joiners = new Set(['\u200c', '\u200d', '\ufe0f']);
const unseen = /[\p{DI}\u2800\ufff9-\ufffb]/u;

/** Returns a name in the form in which it is stored and searched. */
function asName(text: string): string {
  const characters = Array.from(text.normalize('NFC'));
  const seen = characters.filter((character, index) => {
    if (!unseen.test(character)) return true;
    if (!joiners.has(character) || !joined.test(characters[index - 1] ?? '')) return false;
    return character === '\ufe0f' || joined.test(characters[index + 1] ?? '');
  });
  return seen.join('').split(/\s/u).filter(Boolean).join(' ').normalize('NFC');
}

/** Text that can be left out. Blank text counts as null. */
export function optionalText(max: number) {
  return orBlank(requiredText(max));
}

/** Makes a schema optional. Blank text counts as null. */
export function orBlank<Schema extends z.ZodType>(schema: Schema) {
  return z
    .preprocess(
      (given) => (typeof given === 'string' && !isVisible(given) ? null : given),
      schema.nullish(),
    )
    .optional();
}

/** Whether the text contains something visible. */
export function isVisible(text: string): boolean {
  return /[^\s\p{DI}\u2800\ufff9-\ufffb]/u.test(text);
}

/** An email address, in the form of the HTML specification. */
export const email = requiredText(254).pipe(
  z.email({ pattern: z.regexes.html5Email, error: 'must be an email address' }),
);

/** The id that an app gives to one of its end users. */
export const userId = requiredText(255);

/** Text for a lookup. Other text would make PostgreSQL fail the whole statement. */
export const searchText = z
  .string({ error: 'must be text' })
  .refine((text) => text.isWellFormed(), 'is not well-formed text')
  .refine((text) => !text.includes('\u0000'), 'cannot hold the character U+0000')
  .refine((text) => text.length <= 500, 'cannot be longer than 500 characters');

/** A part of a name for a search, in the form in which names are stored. */
export const searchedName = searchText.transform(asName);

/**
 * Whether PostgreSQL can store this text unchanged: it contains no U+0000 and no lone surrogates.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/**
 * A UUID, as REST requires it. GraphQL accepts any text and finds nothing for a text that is not a UUID.
 */
export const uuid = z.uuid({
  error: ({ input }) => (input === undefined || input === null ? blank : 'must be a UUID'),
});

const notUrl = 'must be an absolute http or https URL';

/** An absolute http or https URL. */
export const url = z
  .string({ error: notUrl })
  .trim()
  .refine((text) => parseUrl(text) !== undefined, { error: notUrl, abort: true })
  .pipe(z.url({ protocol: /^https?$/, error: notUrl }));

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL accepts this text as a `uuid`. Other text must never reach a statement. */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

/**
 * Converts the issues of zod to our messages, each with its path. `above` is the start of the path that
 * the caller does not know.
 */
export function fieldIssues(
  issues: readonly z.core.$ZodIssue[],
  above: readonly string[] = [],
): FieldIssue[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    const below = above.every((part, index) => path[index] === part)
      ? path.slice(above.length)
      : path;
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: below.join('.'), message: issue.message }];
    }
    return issue.keys.map((key) => ({
      path: [...below, key].join('.'),
      message: 'is not a known field',
    }));
  });
}

/**
 * Folds text for name search. It folds each character by itself: in a whole word, a capital sigma becomes
 * another letter at the end, and a search for a prefix would miss it.
 */
export function foldCase(text: string): string {
  return Array.from(text, (character) => character.toUpperCase().toLowerCase()).join('');
}

/**
 * Folds an email address for comparison: ASCII letters only. Unicode folds letters such as U+0131 to
 * ASCII, so that one person's address would become another person's.
 */
export function foldEmail(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
