import { z } from 'zod';
import { isJsonObject, type JsonObject, ownValue } from '../../core/catalog/json.ts';
import { isStorable, nameText, requiredText } from '../../platform/input.ts';

/** Maximum number of languages of a text. */
const mostLanguages = 20;
/** Maximum length of a language tag. RFC 5646, section 4.4.1, needs no more. */
const longestTag = 35;

/** The titles of a requirement by their languages: `{"de": "Ihr Schlüssel"}`. */
export const titles = translations(nameText(200));
/** The descriptions of a requirement by their languages. */
export const descriptions = translations(requiredText(2_000));

/**
 * A text in several languages. A key is a language tag (BCP 47) and is stored in its canonical form, so
 * `pt-br` is the same as `pt-BR`.
 */
function translations(text: z.ZodType<string>) {
  return z
    .custom<JsonObject>(isJsonObject, 'must be an object, such as {"de": "…"}')
    .transform((given, context) => {
      const entries = Object.entries(given);
      const complain = (path: string[], message: string) =>
        context.addIssue({ code: 'custom', path, message });
      if (entries.length > mostLanguages) {
        complain([], `cannot hold more than ${mostLanguages} languages`);
        return z.NEVER;
      }
      const read = new Map<string, string>();
      for (const [key, value] of entries) {
        const tag = canonicalTag(key);
        // A key that cannot be stored is not repeated.
        if (tag === undefined) {
          const isShown = isStorable(key) && key.length <= longestTag;
          complain(isShown ? [key] : [], 'must be a language, such as de or pt-BR');
          continue;
        }
        if (read.has(tag)) complain([key], `is the same language as another key: ${tag}`);
        const parsed = text.safeParse(value);
        if (parsed.success) read.set(tag, parsed.data);
        else complain([key], parsed.error.issues[0]?.message ?? 'must be text');
      }
      return Object.fromEntries(read);
    });
}

/** Returns a language tag in its canonical form; undefined if it is none. */
function canonicalTag(key: string): string | undefined {
  if (key.length > longestTag) return undefined;
  try {
    return Intl.getCanonicalLocales(key)[0];
  } catch {
    return undefined; // a RangeError: the key is no tag
  }
}

/** A text, and its language; undefined where nobody said which language it is. */
export type TranslatedText = { text: string; lang: string | undefined };

/**
 * Returns a text in a language: its translation, or one for a region of that language, or the text that
 * has no language.
 */
export function textIn(language: string, text: string, stored: unknown): TranslatedText {
  const translated = isJsonObject(stored) ? stored : {};
  const tags = Object.keys(translated).toSorted();
  const lang = tags.find((tag) => tag === language || tag.split('-', 1)[0] === language);
  const found = lang === undefined ? undefined : ownValue(translated, lang);
  return typeof found === 'string' ? { text: found, lang } : { text, lang: undefined };
}
