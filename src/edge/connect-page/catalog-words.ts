import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Complaint } from '../../core/catalog/complaints.ts';
import type { Field } from '../../core/catalog/fields.ts';
import { type Language, pageTextsOf } from './language.ts';
import type { PageRequirement } from './visit.ts';
import { germanTexts } from './words/catalog-words.de.ts';
import type { ComplainedField } from './words/complaints.en.ts';
import { clip } from './words/told.ts';

/** A text of the catalog, and its language. */
export type CatalogText = { text: string; lang: Language };

const germanByEnglish = new Map(Object.entries(germanTexts));

/** Returns a label or a description in the page's language, or in English if it has no translation. */
export function translate(text: string, language: Language): CatalogText {
  const german = language === 'de' ? germanByEnglish.get(text) : undefined;
  return german === undefined ? { text, lang: 'en' } : { text: german, lang: 'de' };
}

/** Returns the sentence that tells a person what to do about a complaint. */
export function wordComplaint(
  { code, params }: Complaint,
  { label, kind }: Pick<Field, 'label' | 'kind'>,
  { fields }: Pick<ConnectionType, 'fields'>,
  language: Language,
): string {
  const { complaints, quotes } = pageTextsOf(language);
  const [before, after] = quotes;
  const labels = new Map(fields.map((field) => [field.name, field.label]));
  const about: ComplainedField = {
    label: translate(label, language).text,
    isChoice: kind === 'enum',
    quote: (name) => before + translate(labels.get(name) ?? name, language).text + after,
  };
  const words: (params: never, about: ComplainedField) => string = complaints[code];
  return words(params as never, about); // the catalog made the parameters for this code
}

/** Returns the name of the provider or service of a requirement, for its button and its notices. */
export function providerName(
  { provider, type, title }: Pick<PageRequirement, 'provider' | 'type' | 'title'>,
  language: Language,
): string {
  return clip(translate(provider ?? type?.label ?? title.text, language).text, 60);
}
