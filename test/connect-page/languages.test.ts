import { beforeAll, expect, test } from 'vitest';
import { complaintCodes } from '../../src/core/catalog/complaints.ts';
import { wordComplaint } from '../../src/edge/connect-page/catalog-words.ts';
import {
  chooseLanguage,
  type Language,
  languages,
  readLanguage,
  wordsOf,
} from '../../src/edge/connect-page/language.ts';
import type { App } from '../../src/platform/db/generated/client.ts';
import { typeNamed } from '../catalog/sample-configs.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { useServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';

const server = useServer();
let app: App;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId, { name: 'Travel desk' });
  await seedRequirement(server.deps.db, app.id, {
    title: 'Your key',
    description: 'Ask your team.',
    titles: { de: 'Ihr Schlüssel', 'pt-BR': 'Sua chave', ja: '<b>鍵</b>' },
    descriptions: { de: 'Fragen Sie Ihr Team.' },
  });
});
const token = (userId: string) => mintToken(server, app, userId);
const others = languages.filter((language) => language !== 'en');

/** Returns every text of the page in a language, with the same values in each sentence. */
function textsIn(language: Language): Map<string, string> {
  const found = new Map<string, string>();
  const collect = (path: string, value: unknown): void => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'function') {
      found.set(path, value('Acme', path.startsWith('problems') ? { said: 'no' } : 'Ann'));
    } else {
      for (const [key, inner] of Object.entries(value ?? {})) collect(`${path}.${key}`, inner);
    }
  };
  for (const [key, value] of Object.entries(wordsOf(language))) collect(key, value);
  return found;
}

/** Texts that are the same in another language, because its speakers say so too. */
const sameWords =
  /^categories\.|^optional$|^progress$|^account$|^rowName$|^leavingLink$|^missingScopes$/;

test.each(others)(
  'the page in %s has words of its own, and the same values in them',
  (language) => {
    const english = textsIn('en');
    const translated = textsIn(language);
    expect([...translated.keys()]).toEqual([...english.keys()]);
    for (const [path, text] of translated) {
      expect(text, path).toMatch(/\S/);
      expect(text, path).not.toMatch(/undefined|\[object|~/);
      expect(text.includes('Acme'), path).toBe(english.get(path)?.includes('Acme'));
      if (!sameWords.test(path)) expect(text, path).not.toBe(english.get(path));
    }
  },
);

const anyParams = {
  given: ['profile'],
  groups: [['profile']],
  field: 'profile',
  value: 'v',
  values: ['a', 'b'],
  character: 'U+200B',
  maximum: 8,
  minimum: 8,
  reason: 'Wrong.',
  begin: '-----BEGIN',
  end: '-----END',
  line: '-----END',
};

test.each(languages)('every complaint in %s is a whole sentence', (language) => {
  for (const code of complaintCodes) {
    for (const kind of ['string', 'enum'] as const) {
      const field = { label: 'API key', kind };
      const found = { code, params: anyParams };
      const sentence = wordComplaint(found, field, typeNamed('AWS'), language);
      expect(sentence, code).toMatch(/^.+[.。]$/);
      expect(sentence, code).not.toMatch(/undefined|\[object|~/);
      if (language === 'en') continue;
      expect(sentence, code).not.toBe(wordComplaint(found, field, typeNamed('AWS'), 'en'));
    }
  }
});

test.each([
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr'],
  ['pt-BR', 'pt'],
  ['xx, ja;q=0.3, nl;q=0.2', 'ja'],
  ['es;q=0, it;q=0.1', 'it'],
  ['constructor', 'en'],
  [undefined, 'en'],
])('Accept-Language %s is answered in %s', (header, language) => {
  expect(chooseLanguage(header)).toBe(language);
});

test.each([
  ['NL', 'nl'],
  ['pt-BR', 'pt'],
  ['zh', undefined],
  ['../../x', undefined],
  ['__proto__', undefined],
  [['de', 'fr'], undefined],
])('?lang=%j asks for %s', (asked, language) => {
  expect(readLanguage(asked)).toBe(language);
});

test('a language that the link asks for lasts for the session', async () => {
  const browser = openBrowser(server);
  const own = await token('ann');
  const link = await browser.open(`/connect?token=${own}&lang=it`);
  expect(link.text).toContain('<html lang="it">');
  expect(link.text).toContain('action="/connect?lang=it"');
  const { headers } = await browser.submit('/connect?lang=it', { token: own });
  expect(headers.location).toMatch(/^\/connect\/[\da-f-]{36}\?lang=it$/);
  const first = await browser.open(headers.location ?? '');
  expect(first.text).toContain('<html lang="it">');
  const [path = ''] = (headers.location ?? '').split('?');
  const later = await browser.open(path, { 'accept-language': 'de' });
  expect(later.text).toContain('<html lang="it">');
  expect((await browser.open(`${path}?lang=ja`)).text).toContain('<html lang="ja">');
  expect((await browser.open(`${path}?lang=xx`)).text).toContain('<html lang="ja">');
});

test('an unknown language is not repeated, and the browser’s language counts', async () => {
  const { text } = await openBrowser(server).open(
    `/connect?token=${await token('bea')}&lang=%22%3E%3Cscript%3E`,
    { 'accept-language': 'nl' },
  );
  expect(text).toContain('<html lang="nl">');
  expect(text).toContain('action="/connect"');
  expect(text).not.toContain('lang=%22');
});

test('a page without a session speaks the language that its address asks for', async () => {
  for (const path of ['/connect?lang=fr', '/connect/done?lang=fr', '/connect/handoff?lang=fr']) {
    const { text } = await openBrowser(server).open(path, { 'accept-language': 'de' });
    expect(text, path).toContain('<html lang="fr">');
  }
});

test.each([
  ['en', '<bdi>Your key</bdi>', '<bdi>Ask your team.</bdi>'],
  ['de', '<bdi lang="de">Ihr Schlüssel</bdi>', '<bdi lang="de">Fragen Sie Ihr Team.</bdi>'],
  ['pt', '<bdi lang="pt-BR">Sua chave</bdi>', '<bdi>Ask your team.</bdi>'],
  ['ja', '<bdi lang="ja">&lt;b&gt;鍵&lt;/b&gt;</bdi>', '<bdi>Ask your team.</bdi>'],
  ['fr', '<bdi>Your key</bdi>', '<bdi>Ask your team.</bdi>'],
])('in %s a requirement has the title %s', async (language, title, description) => {
  const { text } = await openBrowser(server).connect(await token('cem'), {
    'accept-language': language,
  });
  expect(text).toContain(title);
  expect(text).toContain(description);
});

test.each(languages)('only the words of %s are sent to a browser', async (language) => {
  const { text } = await openBrowser(server).connect(await token(`dan ${language}`), {
    'accept-language': language,
  });
  expect(text).toContain(`<html lang="${language}">`);
  for (const other of languages.filter((one) => one !== language)) {
    expect(text, other).not.toContain(wordsOf(other).intro);
  }
});
