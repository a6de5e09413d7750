import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import { ownValue } from '../../core/catalog/json.ts';
import { germanComplaints, germanPlurals, germanTexts, germanVerbs } from './catalog-words.de.ts';
import type { Language } from './language.ts';
import type { PageRequirement } from './visit.ts';
import { clip } from './words.ts';

/** A text as it is shown, and the language that it came out to be in. */
export type Told = { text: string; lang: Language };

const germanByEnglish = new Map(Object.entries(germanTexts));
const germanJoints = new Map([
  ['and', 'und'],
  ['or', 'oder'],
  ['with', 'mit'],
]);

/** A label or description of the catalogue in the page's language; in English where that is not known. */
export function translate(text: string, language: Language): Told {
  const german = language === 'de' ? germanByEnglish.get(text) : undefined;
  return german === undefined ? { text, lang: 'en' } : { text: german, lang: 'de' };
}

/** What a check complains of at a field, without the field's own name. Other fields are named by their labels. */
export function translateComplaint(
  message: string,
  { label }: Pick<Field, 'label'>,
  { fields }: Pick<ConnectionType, 'fields'>,
  language: Language,
): Told {
  const known =
    language === 'de' ? germanComplaints.find(([form]) => form.test(message)) : undefined;
  if (known === undefined) return { text: withLabels(message, fields, 'en'), lang: 'en' };
  const text = withLabels(message, fields, 'de').replace(...known);
  const isPlural = germanPlurals.has(translate(label, 'de').text);
  return { text: isPlural ? inPlural(text) : text, lang: 'de' };
}

/** What the complaints of rules begin with, before the names of fields. */
const openings = ['cannot be blank when ', 'cannot be blank unless '];

/** The complaints of rules name fields as the config does, which nobody sees on the page. */
function withLabels(message: string, fields: readonly Field[], language: Language): string {
  const labels = new Map(fields.map(({ name, label }) => [name, translate(label, language).text]));
  const say = (word: string) => {
    const label = labels.get(word);
    if (label !== undefined) return language === 'de' ? `„${label}“` : `“${label}”`;
    return language === 'de' ? (germanJoints.get(word) ?? word) : word;
  };
  const opening = openings.find((words) => message.startsWith(words));
  const end = message.lastIndexOf(' is ');
  if (opening === undefined || end <= opening.length) return message;
  const names = message.slice(opening.length, end).split(' ');
  return opening + names.map(say).join(' ') + message.slice(end);
}

function inPlural(text: string): string {
  return text.replace(/^\S+/, (verb) => ownValue(germanVerbs, verb) ?? verb);
}

/** Returns the name of the provider or service of a requirement, for its button and its notices. */
export function providerName(
  { provider, type, title }: Pick<PageRequirement, 'provider' | 'type' | 'title'>,
  language: Language,
): string {
  return clip(translate(provider ?? type?.label ?? title, language).text, 60);
}
