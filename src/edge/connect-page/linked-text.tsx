import type { TranslatedText } from '../../features/requirements/translations.ts';
import { clip } from './words/told.ts';

/** Maximum length of a description on the page. */
const longestDescription = 1_000;

const addressForm = /https?:\/\/[^\s<>"'`]+/g;

/**
 * A text of the app, in which each http or https address is a link. The link says where it leads: an
 * address with a user name, which can look like another host, stays text.
 */
export function LinkedText({ text, lang }: TranslatedText) {
  const shown = clip(text, longestDescription);
  const parts: (string | URL)[] = [];
  let end = 0;
  for (const { 0: found, index } of shown.matchAll(addressForm)) {
    const address = withoutPunctuation(found);
    const url = readLinkAddress(address);
    if (url === undefined) continue;
    parts.push(shown.slice(end, index), url);
    end = index + address.length;
  }
  parts.push(shown.slice(end));
  return (
    <bdi lang={lang}>
      {parts.map((part) =>
        typeof part === 'string' ? (
          part
        ) : (
          <a href={part.href} target="_blank" rel="noopener noreferrer">
            {part.host + part.pathname.replace(/\/$/, '') + part.search + part.hash}
          </a>
        ),
      )}
    </bdi>
  );
}

const punctuation = new Set('.,:;!?)]}»”…');

/** Returns an address without the marks of the sentence around it. */
function withoutPunctuation(address: string): string {
  let end = address.length;
  while (punctuation.has(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

/** Returns an address that may be a link; undefined for any other text. */
export function readLinkAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) return undefined;
  return url.username === '' && url.password === '' && url.host !== '' ? url : undefined;
}
