import { expect, test } from 'vitest';
import { toHttpFacts } from '../../src/core/catalog/facts.ts';
import { injectCredential } from '../../src/core/catalog/inject.ts';
import type { HttpDefinition } from '../../src/core/catalog/type-definition.ts';
import { ConflictError } from '../../src/platform/errors.ts';

type Injection = NonNullable<HttpDefinition['inject']>[number];

const inject = (list: Injection[], secret = {}, open = {}, headers = {}) => {
  const facts = toHttpFacts({ base_url: 'https://a.example', inject: list, headers }, false);
  return injectCredential(facts, { open, secret });
};

test('a header takes the value of a secret field, and constant headers stay beside it', () => {
  const { headers, secrets } = inject(
    [{ in: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
    { api_key: 'sk-1' },
    {},
    { 'Notion-Version': '2022-06-28' },
  );
  expect([...headers]).toEqual([
    ['notion-version', '2022-06-28'],
    ['authorization', 'Bearer sk-1'],
  ]);
  expect(secrets).toEqual(['sk-1']);
});

test('a query parameter takes its value as it is', () => {
  const { query } = inject([{ in: 'query', name: 'key', value: '{api_key}' }], { api_key: 'a&b' });
  expect(query).toEqual([['key', 'a&b']]);
});

test.each([
  ['two fields', '{username}', '{password}', 'ann:p w'],
  ['a constant password', '{password}', 'x', 'p w:x'],
  ['an empty password', '{password}', '', 'p w:'],
])('basic authentication takes %s, and the pair counts as a secret', (_what, name, value, pair) => {
  const made = inject([{ in: 'basic', name, value }], { password: 'p w' }, { username: 'ann' });
  const encoded = Buffer.from(pair).toString('base64');
  expect(made.headers.get('authorization')).toBe(`Basic ${encoded}`);
  expect(made.secrets).toEqual(['p w', encoded]);
});

test('an injection is left out while its field has no value', () => {
  const { headers } = inject([{ in: 'header', name: 'X-Org', value: '{organization}' }]);
  expect(headers.size).toBe(0);
  expect(inject([{ in: 'header', name: 'X', value: '{constructor}' }]).headers.size).toBe(0);
});

test('a field that holds braces is not filled in again', () => {
  const { headers } = inject([{ in: 'header', name: 'X-Key', value: '{a}{b}' }], {
    a: '{b}',
    b: '$&',
  });
  expect(headers.get('x-key')).toBe('{b}$&');
});

test.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0b'])(
  'a value that would add a header is refused: %j',
  (value) => {
    const list: Injection[] = [{ in: 'header', name: 'X-Key', value: '{api_key}' }];
    expect(() => inject(list, { api_key: value })).toThrow(ConflictError);
  },
);

test('letters beyond ASCII travel as UTF-8', () => {
  const { headers } = inject([{ in: 'header', name: 'X-Key', value: '{k}' }], { k: 'é' });
  expect(headers.get('x-key')).toBe('Ã©');
});
