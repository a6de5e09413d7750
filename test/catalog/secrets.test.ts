import { expect, it } from 'vitest';
import { secretFieldsWithValue } from '../../src/core/catalog/config.ts';
import { typeNamed } from './sample-configs.ts';

it('secretFieldsWithValue returns secret fields that hold a value, in the order of the fields', () => {
  const secrets = { api_key: 'k', headers: { a: 'b' } };
  expect(secretFieldsWithValue(typeNamed('Tavily'), secrets)).toEqual(['headers', 'api_key']);
});

it.each([
  ['', null],
  [{}, []],
])('secretFieldsWithValue treats %j and %j as no value', (api_key, headers) => {
  expect(secretFieldsWithValue(typeNamed('Tavily'), { api_key, headers })).toEqual([]);
});

it('secretFieldsWithValue ignores public fields and fields that the type does not have', () => {
  const secrets = { url: 'https://example.com', other: 'x', api_key: 'k' };
  expect(secretFieldsWithValue(typeNamed('OpenAI'), secrets)).toEqual(['api_key']);
});
