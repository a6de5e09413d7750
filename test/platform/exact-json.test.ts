import { expect, it } from 'vitest';
import { DuplicateKeyError, isExact, parseExactly } from '../../src/platform/exact-json.ts';

it.each([
  '0',
  '-0',
  '1',
  '1.0',
  '0.1',
  '1e2',
  '1E+2',
  '1.50',
  '9007199254740992',
  '1e21',
  '1e-7',
  '5e-324',
])('parses %s, which JavaScript writes with the same digits', (literal) => {
  expect(isExact(literal)).toBe(true);
  expect(parseExactly(`{"a": [${literal}]}`)).toEqual({ a: [Number(literal)] });
});

it.each([
  '9007199254740993',
  '-12345678901234567890',
  '1e400',
  '1e-400',
  '0.10000000000000000001',
  '3.14159265358979323846',
])('parses %s as NaN, because JavaScript would change it', (literal) => {
  expect(isExact(literal)).toBe(false);
  const text = `{"a": {"b\\"[": [1, "9007199254740993", ${literal}]}, "__proto__": ${literal}}`;
  const read = parseExactly(text) as { a: Record<string, unknown[]> };
  expect(read.a['b"[']).toEqual([1, '9007199254740993', Number.NaN]);
  expect(Object.entries(read)[1]).toEqual(['__proto__', Number.NaN]);
  expect(parseExactly(literal)).toBeNaN();
});

it.each([
  ['{"a": 1, "a": 1}', 'a'],
  ['{"a": [{"b": {}}, {"c": 1, "\\u0063": {}}]}', 'a.1.c'],
  ['{"a": {"b": 1}, "a": 5}', 'a'],
])('refuses a repeated entry: %s', (text, path) => {
  expect(() => parseExactly(text)).toThrow(expect.objectContaining({ path }));
  expect(() => parseExactly(text)).toThrow(DuplicateKeyError);
});

it('parses a megabyte in time', () => {
  for (const text of [
    `[${'"a",'.repeat(900)}"${'a'.repeat(990_000)}"]`,
    `"${'\\\\'.repeat(500_000)}"`,
    '1'.repeat(1_000_000),
  ]) {
    const start = performance.now();
    parseExactly(text);
    expect(performance.now() - start).toBeLessThan(1_000);
  }
});
