import { expect, it } from 'vitest';
import { parseUrl } from '../src/parse-url.ts';

it('goes on to understand letters beyond ASCII when it was called very often', () => {
  const isUnderstood = () => parseUrl('https://münchen.example/')?.hostname;
  for (let n = 0; n < 100_000; n++) isUnderstood();
  expect(isUnderstood()).toBe('xn--mnchen-3ya.example');
});

it.each(['', 'a', '//a.example', 'https://', 'https://a:99999'])('says that %j is none', (text) => {
  expect(parseUrl(text)).toBeUndefined();
});
