import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../src/core/catalog/config.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { toJsonSchema } from '../../src/features/connection-types/json-schema.ts';
import { newPrivateKey } from '../helpers/private-key.ts';
import { fullConfig, minimalConfig, sampleValue } from './sample-configs.ts';

/*
 * The server and the JSON Schema check the same configs: valid ones, and valid ones with one field changed.
 * The schema has its own patterns besides formats, so it must agree whether formats are checked
 * or ignored.
 */

const options = { strict: true, strictTypes: false, strictRequired: false } as const;
const withFormats = new Ajv2020(options);
addFormats.default(withFormats);
const withoutFormats = new Ajv2020({ ...options, validateFormats: false });

const key = newPrivateKey();
const texts = [
  '',
  ' ',
  '\t\n',
  '\u00a0',
  '\u2003',
  '\u200b',
  '\ufeff',
  '\u00ad\u2060',
  '\u2800',
  '\u0085',
  'a',
  ' a ',
  'a b',
  'a\nb',
  'ü',
  '日本語',
  '🔑',
  'a\u200bb',
  '\u200ba',
  'a\u2060',
  'a\u00adb',
  'a\u200b b',
  'a \ufeff',
  '\u202ea\u202c',
  'a\u0000b',
  'a\ud800',
  '\udc00',
  '\u{10ffff}',
  'null',
  'true',
  '0',
  '5432',
  '1.5',
  '-1',
  '1e3',
  '{}',
  '[]',
  'x'.repeat(3_000),
];
const urls = [
  'http://localhost',
  'https://example.com',
  'HTTPS://EXAMPLE.COM/a?b#c',
  'http://[::1]:80/',
  'http://127.0.0.1:8080',
  'https://münchen.example/',
  'https://例え.テスト',
  'https://a_b.example',
  'https://xn--mnchen-3ya.example',
  'https://example.com.',
  'https://a',
  'https://example.com:',
  'https://example.com:65535',
  'https://example.com:65536',
  'https://example.com:99999',
  'https://example.com:80a',
  'https://example.com:-1',
  'https://256.1.1.1',
  'https://1.2.3.4.5',
  'https://1.2.3',
  'https://a.5',
  'https://0x7f.1',
  'https://5.a',
  'https://a..b',
  'https://.',
  'https://exa mple.com',
  'https://exa%20mple.com',
  'https://exam\u00adple.com',
  'https://',
  'https://a/ü',
  'https://a/b c',
  'https://a/%zz',
  'https://a/{b}',
  'https://a/b|c',
  'https://a/"',
  'https://a/b\\c',
  'https://a\\b',
  'https://a/\u200b',
  'https://a/é?ü#日',
  'https://a?b',
  'https://a#b',
  'https://user@host',
  'https://user:pass@host/',
  'https://host/a@b',
  'https://host?a=b@c',
  'https://@host',
  'https://:@host',
  'https://u:p@h:80',
  'postgres://u:p@h/db',
  'postgres://h/db',
  'u:p@h',
  'u@h',
  'h?password=x',
  'jdbc:postgresql://h/db?user=u&password=p',
  'h:5432',
  '::1',
  'jdbc:postgresql://u:p@h/db',
  'https://a/?Pwd=x',
  'https://a/?token=x',
  'bolt+s://u:p@h',
  'bolt://h',
  'ftp://a',
  '//a',
  '/a',
  'a.b',
  'javascript:alert(1)',
  'https:a',
  'https:/a',
  'https:///a',
  ' https://a',
  'https://a\n',
  'https://a\tb',
  'https://[::g]',
  'https://[::1',
  'https://a[b]',
  'https://a^b',
  'https://[1::2::3]',
  'https://[]',
  'https://[::ffff:1.2.3.4]',
  'https://[1:2:3:4:5:6:7:8]',
  'https://[1:2:3:4:5:6:7:8:9]',
  'https://[:1]',
  'https://[1:2:3:4:5:6:7::]',
];
const withPasswords = [
  'https://u:p/p@h',
  'https://h:80/@b',
  'https://h:/@b',
  'https://[::1]:80/@b',
  'http://h:8{/@b',
  'https:/u:p@h',
  'https:u:p@h',
  'https:\\\\u:p@h',
  'https:/\\u:p@h',
  '//u:p@h',
  'u:p%40h',
  'a%40b',
  'https://u:p%40h',
  'https://h/a%40b',
  'postgres://h/?user=u&sslpassword=x',
  'password=',
  ' pwd=x',
  'host=h password = x',
  'h?passphrase=x',
  'my password= x',
  'https://a/?pass=x',
  'https://a/#pwd=y',
  'https://a/?compass=x',
  'pass',
  'https://a/pass=x',
  'http:',
  '@',
  '%40',
  'bolt://a,bolt://u:p@b',
];
const moments = [
  '2024-02-29T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '2000-02-29T00:00:00z',
  '1900-02-29T00:00:00Z',
  '2024-12-31T23:59:59.123456789+14:00',
  '1999-01-01t00:00:00-08:30',
  '0000-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T23:59:60Z',
  '2024-01-01T00:00Z',
  '2024-01-01 00:00:00Z',
  '2024-01-01T00:00:00',
  '2024-01-01T00:00:00+25:00',
  '2024-01-01',
  '',
  '2024-01-01T00:00:00+0200',
  '2024-01-01T00:00:00-00:00',
  '12024-01-01T00:00:00Z',
  '2024-1-1T0:0:0Z',
];
const numbers = [0, 1, -1, 1.5, 0.1, 65535, 65536, 2 ** 53 - 1, 2 ** 53, 1e300, 5e-324, -0];
const others = [
  null,
  true,
  false,
  [],
  {},
  ['a'],
  ['a', ''],
  ['a', '\u200b'],
  ['a', null],
  ['a', 1],
];
const objects = [
  { a: 'b' },
  { a: '' },
  { a: null },
  { a: 1 },
  { a: ['b'] },
  { a: { b: [{ c: 'd' }] } },
  { a: 'b\u0000' },
  { 'a\u0000': 'b' },
  { a: [{ b: '\ud800' }] },
  { a: [{ '\ud800': 1 }] },
  { '': '' },
  { ü: '🔑' },
  { a: 1.5, b: true },
  ['a\u0000'],
  ['\ud800'],
  [['a']],
];
const keys = [key, key.replaceAll('\n', '\\n'), `"${key}"`, key.replaceAll('\n', '\r\n')];
const values: unknown[] = [
  ...texts,
  ...urls,
  ...withPasswords,
  ...moments,
  ...numbers,
  ...others,
  ...objects,
  'POST',
  'post',
  'GET',
  'legacy',
  'linux',
  'trycua/cua-xfce:latest',
  'CLOUD',
];

/* A schema cannot check a private key. private-key.test.ts tests texts that look like one. */
const valuesOf = (field: Field) => (field.format === 'private_key' ? [...values, ...keys] : values);

function withField(config: JsonObject, name: string, value: unknown): unknown {
  return { ...config, [name]: value };
}

function without(config: JsonObject, name: string): JsonObject {
  const { [name]: _left, ...others } = config;
  return others;
}

/** Valid configs, and each with one field removed, changed or added. */
function* configsOf(type: ConnectionType): Generator<unknown> {
  yield* [null, [], 'text', {}, 5];
  for (const good of [minimalConfig(type), fullConfig(type)]) {
    yield good;
    for (const extra of ['other', 'constructor', '', 'Host']) {
      yield withField(good, extra, 'x');
      yield withField(good, extra, null);
    }
    for (const field of type.fields) {
      yield without(good, field.name);
      for (const value of valuesOf(field)) yield withField(good, field.name, value);
    }
  }
  if (type.rules.length === 0) return;
  const choices = type.fields.flatMap((field) => {
    const given = field.enum ?? [sampleValue(field)];
    return [[field.name, [undefined, null, '', '\u200b', ...given]] as const];
  });
  for (let seed = 1; seed <= 300; seed += 1) {
    yield Object.fromEntries(
      choices.flatMap(([name, values], index) => {
        const value = values[Math.floor(noise(seed * 97 + index) * values.length)];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }
}

/** A pseudo-random number from 0 to 1, so that a failure is reproducible. */
function noise(seed: number): number {
  const value = Math.sin(seed) * 10_000;
  return value - Math.floor(value);
}

function shown(config: unknown): string {
  return JSON.stringify(config, (_name, value) =>
    typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value,
  );
}

it.each(listShippedTypes())('the JSON Schema and the server agree on $type', (type) => {
  const schemas = [withFormats, withoutFormats].map((ajv) => ajv.compile(toJsonSchema(type)));
  const accepts = (config: unknown) => schemas.map((validate) => validate(config));
  const differing = new Set<string>();
  for (const config of configsOf(type)) {
    const parsed = parseConfig(type, config);
    if (accepts(config).some((accepted) => accepted !== parsed.ok)) {
      differing.add(`${parsed.ok ? 'server' : 'schema'} alone takes ${shown(config)}`);
    }
    if (!parsed.ok) continue;
    const isTakenAgain =
      accepts({ ...parsed.config, ...parsed.secrets }).every(Boolean) &&
      isDeepStrictEqual(parseConfig(type, parsed.config, parsed.secrets), parsed) &&
      checkConfig(type, parsed.config).length === 0;
    if (!isTakenAgain) differing.add(`what is read of ${shown(config)} is not taken again`);
  }
  expect([...differing]).toEqual([]);
});
