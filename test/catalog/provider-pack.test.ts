import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listShippedTypes, readTypes } from '../../src/core/catalog/catalog.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import { injectCredential } from '../../src/core/catalog/inject.ts';
import { fillHost, fillUrl } from '../../src/core/catalog/templates.ts';
import { categories } from '../../src/core/catalog/type-definition.ts';
import { minimalConfig, sampleText } from './sample-configs.ts';

type Definition = Record<string, unknown> & {
  type: string;
  oauth2?: Record<string, unknown> & {
    default_scopes?: string[];
    scope_descriptions?: Record<string, string>;
  };
  fields: Field[];
  http?: { base_url: string; hosts?: string[]; inject?: object[] };
  verify?: { path?: string; url?: string };
};

/** Each entry of the files as it is written, with its file. */
const pack = categories
  .flatMap((category) => {
    const file = `${category}.json`;
    const text = readFileSync(
      new URL(`../../src/core/catalog/types/${file}`, import.meta.url),
      'utf8',
    );
    const definitions: Definition[] = JSON.parse(text);
    return definitions.map((definition) => ({ file, definition }));
  })
  .filter(({ definition }) => definition.type.startsWith('patchbay.'));
const providers = pack.filter(({ definition }) => definition.oauth2 !== undefined);
const keyServices = pack.filter(({ definition }) => definition.oauth2 === undefined);

test('the pack offers at least 100 providers of OAuth, each name once', () => {
  expect(providers.length).toBeGreaterThanOrEqual(100);
  const names = listShippedTypes().map(({ type }) => type);
  expect(new Set(names).size).toBe(names.length);
});

test.each(pack.map(({ file, definition }) => [definition.type, file, definition] as const))(
  '%s is well formed and says where its facts come from',
  (_, file, definition) => {
    expect(() => readTypes(file, [definition])).not.toThrow();
    expect(definition).toMatchObject({
      category: file.replace('.json', ''),
      source: expect.stringMatching(/^https:/),
      checked: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      docs_url: expect.stringMatching(/^https:/),
      http: expect.anything(),
      verify: expect.anything(),
    });
  },
);

test.each(providers.map(({ definition }) => [definition.type, definition] as const))(
  '%s sends its token to hosts below a fixed domain and explains its scopes',
  (_, { oauth2 = {}, http }) => {
    const urls = Object.entries(oauth2).filter(([key]) => key.endsWith('_url'));
    for (const [, url] of [...urls, ['base_url', http?.base_url]]) {
      expect(url).toMatch(/^https:\/\/[^/{]*(?:\{\w+\}\.)*[a-z0-9.-]+\.[a-z]{2,}(?:[/?]|$)/);
    }
    for (const host of http?.hosts ?? []) expect(host).toMatch(/[^}]\.[a-z]{2,}$/);
    const described = Object.keys(oauth2.scope_descriptions ?? {});
    expect(described).toEqual(expect.arrayContaining(oauth2.default_scopes ?? []));
  },
);

test('a verification and a consent name the account in one way: by its id, or by its label alone', () => {
  for (const { type, oauth2, verify } of listShippedTypes()) {
    const [consented, verified] = [
      oauth2?.account,
      verify?.kind === 'http' ? verify.account : null,
    ];
    if (!type.startsWith('patchbay.') || !consented || !verified) continue;
    expect([type, verified.id !== null]).toEqual([type, consented.id !== null]);
  }
});

test('the pack offers at least 100 services that take an API key, and no label twice', () => {
  expect(keyServices.length).toBeGreaterThanOrEqual(100);
  const others = pack.filter((entry) => !keyServices.includes(entry));
  const labels = keyServices.map(({ definition }) => definition.label);
  expect(new Set(labels).size).toBe(labels.length);
  expect(others.filter(({ definition }) => labels.includes(definition.label))).toEqual([]);
});

test.each(keyServices.map(({ definition }) => [definition.type, definition] as const))(
  '%s says where a person finds the key, how a request carries it, and explains each secret',
  (_, { key_url: keyUrl, fields, http, verify }) => {
    expect(keyUrl).toMatch(/^https:/);
    expect(verify?.path ?? verify?.url).toMatch(/^(?:\/|https:)/);
    const secrets = fields.filter(({ secret }) => secret);
    expect(secrets.length).toBeGreaterThan(0);
    const places = `${http?.base_url} ${JSON.stringify(http?.inject)}`;
    for (const { name, description, placeholder } of secrets) {
      expect(places).toContain(`{${name}}`);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(placeholder ?? '…').toContain('…'); // a beginning only, never a key that looks real
    }
  },
);

const keyTypes = listShippedTypes().filter(
  ({ type, oauth2 }) => type.startsWith('patchbay.') && oauth2 === undefined,
);

test.each(keyTypes)('$type sends each secret once, to one of its hosts', (type) => {
  const secretFields = type.fields.filter(({ secret }) => secret);
  const marks = secretFields.map((field) => [field.name, sampleText(field, `mark${field.name}`)]);
  const asked = type.fields.some(({ kind, required }) => kind === 'url' && required);
  const url = asked ? { url: 'https://service.example.com' } : {};
  const parsed = parseConfig(type, {
    ...minimalConfig(type),
    ...Object.fromEntries(marks),
    ...url,
  });
  if (!parsed.ok || type.http === undefined) throw new Error(JSON.stringify(parsed));
  const values = { open: parsed.config, secret: parsed.secrets };
  const base = fillUrl(type.http.baseUrl, { ...values.open, ...values.secret });
  expect(base.protocol).toBe('https:');
  const hosts = type.http.hostTemplates?.map((host) => fillHost(host, values.open));
  expect(hosts ?? [base.host]).toContain(base.host);
  const { headers, query } = injectCredential(type.http, values);
  const sent = [
    decodeURIComponent(base.href),
    ...query.flat(),
    ...[...headers.values()].map(plain),
  ];
  for (const [, secret] of marks) expect(sent.join('\n').split(String(secret))).toHaveLength(2);
});

/** The user name and password of Basic authentication as text; any other header value as it is. */
function plain(value: string): string {
  const [, pair] = /^Basic (.+)$/.exec(value) ?? [];
  return pair === undefined ? value : Buffer.from(pair, 'base64').toString();
}
