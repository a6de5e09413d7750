import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type ConnectionType, connectionTypes } from '../../src/core/catalog/catalog.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import type { JsonValue } from '../../src/core/catalog/json.ts';
import { missingFields } from '../../src/core/catalog/rules.ts';
import { translate, translateComplaint } from '../../src/edge/connect-page/catalog-words.ts';
import { typeNamed } from '../catalog/sample-configs.ts';

const catalog = resolve(import.meta.dirname, '../../src/core/catalog');

const langOf = (message: string, type: ConnectionType = typeNamed('Http')) =>
  translateComplaint(message, { label: 'URL' }, type, 'de').lang;

test('every label and description of a field has a German text', () => {
  const fields = connectionTypes.flatMap((type) => type.fields);
  const texts = fields.flatMap(({ label, description }) => [label, description ?? label]);
  expect(texts.length).toBeGreaterThan(400);
  const english = texts.filter((text) => translate(text, 'de').lang === 'en');
  expect([...new Set(english)]).toEqual([]);
});

/** The messages in the source of the checks, with "X" for each inserted value. */
function messagesInSource(): string[] {
  const files = readdirSync(catalog).filter((name) => name.endsWith('.ts'));
  const found = files.flatMap((file) => {
    const source = readFileSync(join(catalog, file), 'utf8');
    const code = source.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\/\/.*$/gm, '');
    const texts = code.replaceAll(/\$\{[^}]*\}/g, 'X').matchAll(/(['`])([a-z]+ [^'`\n]+)\1/g);
    return [...texts].map(([, , text = '']) => text);
  });
  const ofRules = /^(cannot be blank X|(when|unless) X is .+)$/; // below, from the rules themselves
  return found.filter((text) => !ofRules.test(text) && text !== ofConstants);
}

/** These fields are filled in, and no form asks for them. */
const ofConstants = 'must be X';

test('every message in the source of the checks has a German text', () => {
  const messages = messagesInSource();
  expect(messages).toEqual(expect.arrayContaining(['must be text', 'must be one of: X']));
  expect(messages.filter((message) => langOf(message) === 'en')).toEqual([]);
});

const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as JsonValue;
const bad: JsonValue[] = ['', ' ', 'x', '\u0000', '\ud800', -1.5, 1e9, true, ['', 1], { a: 1 }];

test('every complaint of the checks about a form field has a German text', () => {
  const english = connectionTypes.flatMap((type) => {
    const asked = type.fields.filter(({ const: fixed }) => fixed === undefined);
    const configs = [...bad, deep, { a: '\ud800' }].flatMap((value) =>
      asked.map(({ name }) => ({ [name]: value })),
    );
    const messages = [{}, ...configs].flatMap((config) => {
      const parsed = parseConfig(type, config);
      return parsed.ok ? [] : parsed.issues.map(({ message }) => message);
    });
    return messages.filter((message) => langOf(message, type) === 'en');
  });
  expect([...new Set(english)]).toEqual([]);
});

test('the complaint of a rule names the other fields by their German labels', () => {
  const ruled = connectionTypes.filter(({ rules }) => rules.length > 0);
  expect(ruled.length).toBeGreaterThan(5);
  for (const type of ruled) {
    for (const config of [{}, ...type.fields.map(({ name }) => ({ [name]: 'x' }))]) {
      const defaults = type.fields.map(({ name, default: fallback }) => [name, fallback]);
      const whole = { ...Object.fromEntries(defaults), ...config };
      for (const { message } of type.rules.flatMap((rule) => missingFields(rule, whole))) {
        const { text, lang } = translateComplaint(message, { label: 'URL' }, type, 'de');
        expect([lang, text]).toEqual(['de', expect.stringMatching(/leer sein, wenn „.+“/)]);
        expect(text.replace(/ auf \S+ steht$/, '')).not.toMatch(/[a-z]_[a-z]|cannot|given/);
      }
    }
  }
});

const byProfile = 'cannot be blank unless profile is given';
const byHost = 'cannot be blank when deployment_type is host';

test.each([
  ['AWS', 'URL', byProfile, 'en', 'cannot be blank unless “Profile” is given'],
  ['AWS', 'URL', byProfile, 'de', 'darf nur leer sein, wenn „Profil“ angegeben ist'],
  ['Milvus', 'URL', byHost, 'en', 'cannot be blank when “Deployment type” is host'],
  [
    'Milvus',
    'URL',
    byHost,
    'de',
    'darf nicht leer sein, wenn „Art der Bereitstellung“ auf host steht',
  ],
  ['Http', 'Headers', 'must be an object', 'de', 'müssen ein JSON-Objekt sein'],
  ['Http', 'Headers', 'must be novel', 'de', 'must be novel'],
] as const)(
  'the complaint about %s’s %s “%s” is worded in %s',
  (name, label, message, language, text) => {
    expect(translateComplaint(message, { label }, typeNamed(name), language).text).toBe(text);
  },
);

test('an unknown message is shown in English and marked as English', () => {
  expect(translate('constructor', 'de')).toEqual({ text: 'constructor', lang: 'en' });
  expect(langOf('must be novel')).toBe('en');
});
