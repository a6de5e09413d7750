import { germanComplaints } from './words/complaints.de.ts';
import { type ComplaintWords, englishComplaints } from './words/complaints.en.ts';
import { spanishComplaints } from './words/complaints.es.ts';
import { frenchComplaints } from './words/complaints.fr.ts';
import { italianComplaints } from './words/complaints.it.ts';
import { japaneseComplaints } from './words/complaints.ja.ts';
import { dutchComplaints } from './words/complaints.nl.ts';
import { portugueseComplaints } from './words/complaints.pt.ts';
import { german } from './words/words.de.ts';
import { english, type Words } from './words/words.en.ts';
import { spanish } from './words/words.es.ts';
import { french } from './words/words.fr.ts';
import { italian } from './words/words.it.ts';
import { japanese } from './words/words.ja.ts';
import { dutch } from './words/words.nl.ts';
import { portuguese } from './words/words.pt.ts';

/** All that the page says in one language. */
type Texts = {
  words: Words;
  complaints: ComplaintWords;
  /** The marks before and after a quotation. */
  quotes: readonly [string, string];
};

const pageTexts = {
  en: { words: english, complaints: englishComplaints, quotes: ['“', '”'] },
  de: { words: german, complaints: germanComplaints, quotes: ['„', '“'] },
  es: { words: spanish, complaints: spanishComplaints, quotes: ['«', '»'] },
  fr: { words: french, complaints: frenchComplaints, quotes: ['«\u00a0', '\u00a0»'] },
  it: { words: italian, complaints: italianComplaints, quotes: ['«', '»'] },
  ja: { words: japanese, complaints: japaneseComplaints, quotes: ['「', '」'] },
  nl: { words: dutch, complaints: dutchComplaints, quotes: ['“', '”'] },
  pt: { words: portuguese, complaints: portugueseComplaints, quotes: ['“', '”'] },
} as const satisfies Record<string, Texts>;

export type Language = keyof typeof pageTexts;

/** The languages of the page. */
export const languages = Object.keys(pageTexts) as Language[]; // the keys of that object

/** Returns everything that the page says in a language. */
export function pageTextsOf(language: Language): Texts {
  return pageTexts[language];
}

export function wordsOf(language: Language): Words {
  return pageTexts[language].words;
}

/**
 * Returns the language that an address asks for with `?lang=`, such as `pt-BR`; undefined if the page does
 * not have it. The result is one of a few known texts, so it can stand in an address.
 */
export function readLanguage(asked: unknown): Language | undefined {
  const tag = typeof asked === 'string' ? asked.trim().toLowerCase().split(/[-_]/, 1)[0] : '';
  return languages.find((language) => language === tag);
}

/**
 * Returns the preferred language of `Accept-Language` (RFC 9110, section 12.5.4) that the page has; English
 * if it has none of them.
 */
export function chooseLanguage(header: string | undefined): Language {
  const ranges = (header ?? '').slice(0, 500).split(',').map(readRange);
  const known = ranges.flatMap(({ language, quality }) =>
    language !== undefined && quality > 0 ? [{ language, quality }] : [],
  );
  const [best] = known.sort((one, other) => other.quality - one.quality);
  return best?.language ?? 'en';
}

/** Reads one range, such as `de-AT;q=0.8`. A quality that is no number counts as 0. */
function readRange(range: string) {
  const parts = range.toLowerCase().split(';');
  const [tag, ...parameters] = parts.map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { language: readLanguage(tag), quality: Number(quality ?? 1) || 0 };
}
