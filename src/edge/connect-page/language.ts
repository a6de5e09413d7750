import { german } from './words/words.de.ts';
import { english, type Words } from './words/words.en.ts';

const wordsByLanguage = { en: english, de: german };

export type Language = keyof typeof wordsByLanguage;

/**
 * Returns the preferred language of `Accept-Language` (RFC 9110, section 12.5.4) that the page has; English
 * if it has none of them.
 */
export function chooseLanguage(header: string | undefined): Language {
  const ranges = (header ?? '').slice(0, 500).split(',').map(readRange);
  const known = ranges.filter(
    ({ language, quality }) => quality > 0 && Object.hasOwn(wordsByLanguage, language),
  );
  const [best] = known.sort((one, other) => other.quality - one.quality);
  return (best?.language ?? 'en') as Language; // hasOwn has just found it among the keys
}

export function wordsOf(language: Language): Words {
  return wordsByLanguage[language];
}

/** Reads one range, such as `de-AT;q=0.8`. A quality that is no number counts as 0. */
function readRange(range: string) {
  const parts = range.toLowerCase().split(';');
  const [tag = '', ...parameters] = parts.map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { language: tag.split('-', 1)[0] ?? '', quality: Number(quality ?? 1) || 0 };
}
