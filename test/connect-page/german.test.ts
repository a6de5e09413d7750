import { expect, test } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import {
  type ComplaintCode,
  complaint,
  complaintCodes,
  messageOf,
} from '../../src/core/catalog/complaints.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import type { JsonValue } from '../../src/core/catalog/json.ts';
import { translate, wordComplaint } from '../../src/edge/connect-page/catalog-words.ts';
import { toNoticeIssues } from '../../src/edge/connect-page/notice.service.ts';
import { typeNamed } from '../catalog/sample-configs.ts';

test('every label and description of a field has German', () => {
  const fields = listShippedTypes().flatMap((type) => type.fields);
  const texts = fields.flatMap(({ label, description }) => [label, description ?? label]);
  expect(texts.length).toBeGreaterThan(400);
  const english = texts.filter((text) => translate(text, 'de').lang === 'en');
  expect([...new Set(english)]).toEqual([]);
});

test('every description of a scope has German', () => {
  const texts = listShippedTypes().flatMap(({ oauth2 }) =>
    Object.values(oauth2?.scopeDescriptions ?? {}),
  );
  expect(texts.length).toBeGreaterThan(200);
  expect(texts.filter((text) => translate(text, 'de').lang === 'en')).toEqual([]);
});

test('a text without German stays English and is marked so', () => {
  expect(translate('constructor', 'de')).toEqual({ text: 'constructor', lang: 'en' });
});

/** Parameters that fit any code. */
const anyParams = {
  given: ['profile'],
  groups: [['profile']],
  field: 'profile',
  value: 'v',
  values: ['a', 'b'],
  character: 'U+200B',
  minimum: 4,
  maximum: 8,
  reason: 'Wrong.',
  begin: '-----BEGIN',
  end: '-----END',
  line: '-----END',
};

const sentenceOf = (code: ComplaintCode, language: 'en' | 'de', kind: 'string' | 'enum') =>
  wordComplaint(
    { code, params: anyParams },
    { label: 'API key', kind },
    typeNamed('AWS'),
    language,
  );

test.each(complaintCodes)(
  'the complaint %s is a whole sentence in English and in German',
  (code) => {
    for (const kind of ['string', 'enum'] as const) {
      const [english, german] = (['en', 'de'] as const).map((one) => sentenceOf(code, one, kind));
      for (const sentence of [english, german]) {
        expect(sentence).toMatch(/^[A-Z].+\.$/);
        expect(sentence).not.toMatch(/undefined|\[object|null\b(?!\.| ein)/);
      }
      expect(german).not.toBe(english);
      expect(german).not.toMatch(/\b(the|your|must|cannot|enter|paste)\b/i);
      expect(english).not.toBe(messageOf({ code, params: anyParams }));
    }
  },
);

const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as JsonValue;
const bad: JsonValue[] = ['', ' ', 'x', '\u0000', '\ud800', -1.5, 1e9, true, ['', 1], { a: 1 }];

test('every complaint about a config has a known code, and the API’s message is worded from it', () => {
  const known: readonly string[] = complaintCodes;
  const found = new Set<string>();
  for (const type of listShippedTypes()) {
    const configs = [...bad, deep, { a: '\ud800' }].flatMap((value) =>
      type.fields.map(({ name }) => ({ [name]: value })),
    );
    for (const config of [{}, { unknown: 1 }, { '\u0000': 1 }, ...configs]) {
      const parsed = parseConfig(type, config);
      const issues = parsed.ok ? [] : parsed.issues;
      for (const { path, message, code = '', params } of issues) {
        found.add(code);
        expect(known).toContain(code);
        expect(message).toBe(messageOf({ code: code as ComplaintCode, params: params ?? {} }));
        expect(message, path).toMatch(/^(is|must|cannot|holds|has|lacks|does) /);
      }
      expect(toNoticeIssues(issues)).toHaveLength(issues.length);
    }
  }
  expect(found.size).toBeGreaterThan(20);
});

test('the complaint of a rule names the other fields by their German labels', () => {
  const ruled = listShippedTypes().filter(({ rules }) => rules.length > 0);
  expect(ruled.length).toBeGreaterThan(5);
  for (const type of ruled) {
    for (const config of [{}, ...type.fields.map(({ name }) => ({ [name]: 'x' }))]) {
      for (const [sentence, found] of ruleComplaintsOf(type, config)) {
        expect(sentence, found).toMatch(/^Füllen Sie .*„.+“/);
        expect(sentence.replace(/ auf \S+\.$/, '')).not.toMatch(/[a-z]_[a-z]/);
      }
    }
  }
});

/** Sentences about fields that a rule misses, each with its code. */
function ruleComplaintsOf(type: ConnectionType, config: Record<string, JsonValue>) {
  const parsed = parseConfig(type, config);
  const issues = parsed.ok ? [] : toNoticeIssues(parsed.issues);
  return issues
    .filter(({ code }) => code.startsWith('blank_'))
    .map((issue) => {
      const field = { label: 'URL', kind: 'url' } as const;
      return [wordComplaint(issue, field, type, 'de'), issue.code] as const;
    });
}

const withoutProfile = complaint('blank_without', { groups: [['profile']] });
const onHost = complaint('blank_while', { field: 'deployment_type', value: 'host' });
const beside = complaint('blank_beside', { given: ['access_key_id', 'region'] });

test.each([
  ['AWS', withoutProfile, 'en', 'Enter your URL, or fill in “Profile”.'],
  ['AWS', withoutProfile, 'de', 'Füllen Sie „URL“ aus, oder „Profil“.'],
  ['AWS', beside, 'en', 'Enter your URL as well: it belongs to “Access key ID” and “Region”.'],
  ['Milvus', onHost, 'en', 'Enter your URL: “Deployment type” is host.'],
  ['Milvus', onHost, 'de', 'Füllen Sie „URL“ aus: „Art der Bereitstellung“ steht auf host.'],
  ['Http', complaint('blank'), 'en', 'Enter your URL.'],
  ['Http', complaint('blank'), 'de', 'Füllen Sie „URL“ aus.'],
] as const)('of %s, %j is worded in %s', (name, found, language, sentence) => {
  const field = { label: 'URL', kind: 'url' } as const;
  expect(wordComplaint(found, field, typeNamed(name), language)).toBe(sentence);
});

test('a required choice that is missing asks to choose', () => {
  expect(sentenceOf('blank', 'en', 'enum')).toBe('Choose your API key.');
  expect(sentenceOf('blank', 'de', 'enum')).toBe('Wählen Sie einen Wert für „API-Schlüssel“.');
});
