import type { Language } from './language.ts';

/* The catalogue's complaints in German; what is not here is shown in English, marked as such. */
const german: readonly [RegExp, string][] = [
  [/^cannot be blank$/, 'darf nicht leer sein'],
  [/^cannot be blank when (.+) is (.+)$/, 'darf nicht leer sein, wenn $1 $2 ist'],
  [/^cannot be blank when (.+) is given$/, 'darf nicht leer sein, wenn $1 angegeben ist'],
  [/^cannot be blank unless (.+) is given$/, 'darf nicht leer sein, außer wenn $1 angegeben ist'],
  [/^must be text$/, 'muss Text sein'],
  [
    /^must be an absolute http or https URL$/,
    'muss eine vollständige http- oder https-Adresse sein',
  ],
  [/^must be one of: (.+)$/, 'muss eines davon sein: $1'],
  [/^must be a list of text$/, 'muss eine Liste von Texten sein'],
  [/^must be an integer from 1 to 65535$/, 'muss eine ganze Zahl von 1 bis 65535 sein'],
  [/^must be an integer$/, 'muss eine ganze Zahl sein'],
  [/^must be a positive integer$/, 'muss eine positive ganze Zahl sein'],
  [/^must be a number$/, 'muss eine Zahl sein'],
  [/^must be a positive number$/, 'muss eine positive Zahl sein'],
  [/^must be an object$/, 'muss ein JSON-Objekt sein'],
  [/^must be an object whose values are all text$/, 'muss ein JSON-Objekt aus Texten sein'],
  [
    /^must be a date and time with an offset.*$/,
    'muss Datum und Uhrzeit mit Zeitzone sein (RFC 3339)',
  ],
  [/^API key$/, 'API-Schlüssel'],
  [/^Username$/, 'Benutzername'],
  [/^Password$/, 'Passwort'],
  [/^Database$/, 'Datenbank'],
  [/^(URL|Host|Port|Token)$/, '$1'],
  [/^In seconds\.$/, 'In Sekunden.'],
  [/^In whole seconds\.$/, 'In ganzen Sekunden.'],
];

/** A text of the catalogue in the page's language, and which language that came out to be. */
export function translate(text: string, language: Language): { text: string; lang: Language } {
  if (language === 'en') return { text, lang: 'en' };
  const known = german.find(([form]) => form.test(text));
  if (known === undefined) return { text, lang: 'en' };
  return { text: text.replace(...known), lang: 'de' };
}
