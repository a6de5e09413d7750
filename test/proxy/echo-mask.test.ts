import { describe, expect, test } from 'vitest';
import { createEchoMask } from '../../src/core/proxy/echo-mask.ts';

const secret = 'sk-"a/b+c é&<1>\'';

/** Sends chunks through the mask of a body. */
function mask(secrets: string[], chunks: readonly (string | Buffer)[]): string {
  const { push, end } = createEchoMask(secrets).maskBody();
  const parts = chunks.map((chunk) => push(Buffer.from(chunk as string)));
  return Buffer.concat([...parts, end()]).toString();
}

const spellings: [string, string][] = [
  ['as it is', secret],
  ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ['in JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON of ASCII', 'sk-\\"a/b+c \\u00e9&<1>\''],
  ['in JSON for HTML', 'sk-\\"a/b+c \\u00e9\\u0026\\u003c1\\u003e\''],
  ['percent-encoded', encodeURIComponent(secret)],
  [
    'percent-encoded in lower case',
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['as a form sends it', new URLSearchParams([['', secret]]).toString().slice(1)],
  ['in HTML', 'sk-&quot;a/b+c é&amp;&lt;1&gt;&#x27;'],
  ['in HTML with numbers', 'sk-&#34;a/b+c é&#38;&#60;1&#62;&#39;'],
];

test.each(spellings)('a secret is masked %s', (_how, spelling) => {
  const masked = '*'.repeat(Buffer.byteLength(spelling));
  expect(mask([secret], [`{"k":"${spelling}"}`])).toBe(`{"k":"${masked}"}`);
});

test.each([
  ['alone', ''],
  ['after one byte', 'a'],
  ['after two bytes', 'ab'],
  ['after a user name', 'user-name:'],
])('a secret in base64 is masked, %s', (_how, before) => {
  for (const encoding of ['base64', 'base64url'] as const) {
    const encoded = Buffer.from(`${before}${secret}`).toString(encoding);
    const masked = mask([secret], [`<${encoded}>`]);
    expect(masked).toHaveLength(encoded.length + 2);
    const visible = Buffer.from(masked.replaceAll('*', ''), encoding).toString();
    expect(visible).not.toContain('sk-');
  }
});

describe('a secret that is split over chunks', () => {
  const text = `before ${secret} after ${secret}`;
  const bytes = Buffer.from(text);
  const masked = text.replaceAll(secret, '*'.repeat(Buffer.byteLength(secret)));

  test('is masked wherever it is split', () => {
    for (let at = 1; at < bytes.length; at += 1) {
      expect(mask([secret], [bytes.subarray(0, at), bytes.subarray(at)])).toBe(masked);
    }
  });

  test('is masked in chunks of one byte', () => {
    expect(
      mask(
        [secret],
        [...bytes].map((byte) => Buffer.from([byte])),
      ),
    ).toBe(masked);
  });
});

test('two secrets that overlap are both masked', () => {
  expect(mask(['abcdef', 'defghi'], ['-abcdefghi-'])).toBe('-*********-');
  expect(mask(['abab'], ['ababab'])).toBe('******');
});

test('bytes that cannot begin a secret are passed on at once', () => {
  const { push, end } = createEchoMask(['sk-secret']).maskBody();
  const pass = (text: string) => push(Buffer.from(text)).toString();
  expect(pass('data: 1\n\n')).toBe('data: 1\n\n');
  expect(pass('data: sk-')).toBe('data: ');
  expect(pass('x')).toBe('sk-x');
  expect(pass('sk-secre')).toBe('');
  expect(end().toString()).toBe('sk-secre');
});

test('the first MiB is masked, also where a secret crosses its end', () => {
  const before = 'x'.repeat(1024 * 1024 - 4);
  const masked = mask(['sk-secret'], [`${before}sk-se`, 'cret and sk-secret']);
  expect(masked).toBe(`${before}********* and *********`);
  const later = mask(['sk-secret'], [`${before}xxxx`, 'sk-secret']);
  expect(later.endsWith('sk-secret')).toBe(true);
});

test('secrets of less than four characters are not searched for', () => {
  expect(mask(['abc', ''], ['abcabc'])).toBe('abcabc');
});

test('a header value is masked, and others stay as they are', () => {
  const { maskHeader } = createEchoMask(['sk-secret']);
  expect(maskHeader('/login?key=sk-secret&a=1')).toBe('/login?key=*********&a=1');
  expect(maskHeader('\xe9\xff plain')).toBe('\xe9\xff plain');
});
