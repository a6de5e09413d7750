import { expect, it } from 'vitest';
import { parseUrl } from '../../src/platform/addresses.ts';

it('parses letters beyond ASCII after very many calls', () => {
  const isUnderstood = () => parseUrl('https://münchen.example/')?.hostname;
  for (let n = 0; n < 100_000; n++) isUnderstood();
  expect(isUnderstood()).toBe('xn--mnchen-3ya.example');
});

it.each(['', 'a', '//a.example', 'https://', 'https://a:99999'])('does not parse %j', (text) => {
  expect(parseUrl(text)).toBeUndefined();
});

/* Sorting the marks of one letter takes the square of their number. */
it.each([
  ['in a host', (marks: string) => `https://a${marks}.example/`],
  ['before a port', (marks: string) => `https://a${marks}:1`],
  ['behind a user', (marks: string) => `https://user:password@a${marks}`],
  ['behind no slash', (marks: string) => `https:a${marks}`],
  ['behind other slashes and blanks', (marks: string) => ` https:\\\t/\na${marks}?a`],
  ['in two hosts', (marks: string) => `https://a${marks}@a${marks}`],
])('refuses a megabyte of combining marks %s at once', (_where, write) => {
  const begun = performance.now();
  expect(parseUrl(write('\u0301\u0316'.repeat(250_000)))).toBeUndefined();
  expect(performance.now() - begun).toBeLessThan(250);
});

it('parses a long user, path, query and fragment', () => {
  const long = 'a@'.repeat(10_000);
  expect(parseUrl(`https://${long}b.example/${long}?${long}#${long}`)?.host).toBe('b.example');
});
