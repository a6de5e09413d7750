import { describe, expect, it } from 'vitest';
import { type ConnectionType, readTypes } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { parseForApi } from './api-issues.ts';

const notUrl = 'must be an absolute http or https URL';
const withUser = 'cannot hold a user name or password';
const notPort = 'must be an integer from 1 to 65535';
const notPositive = 'must be a positive number';
const notDatetime = 'must be a date and time with an offset, as in RFC 3339';
const notTexts = 'must be an object whose values are all text';

/** A type with that one field, named `f`, read from its written form. */
function typeWith(field: JsonObject): ConnectionType {
  const fields = [{ name: 'f', ...field }];
  const definition = { type: 'dynamiq.connections.Test', label: 'Test', category: 'http', fields };
  const [type] = readTypes('test.json', [definition]);
  if (type === undefined) throw new Error('no type');
  return type;
}

type Example = { field: JsonObject; good: unknown[]; bad: [value: unknown, message: string][] };

const examples: Record<string, Example> = {
  'required text': {
    field: { kind: 'string', required: true },
    good: ['a', ' a ', '\u{1F600}', 'line\nbreak'],
    bad: [
      [5, 'must be text'],
      [true, 'must be text'],
      [[], 'must be text'],
      [{}, 'must be text'],
    ],
  },
  'optional text': {
    field: { kind: 'string', required: false },
    good: ['a', ' a '],
    bad: [[5, 'must be text']],
  },
  url: {
    field: { kind: 'url', required: true },
    good: [
      'http://localhost:11434',
      'https://example.com',
      'HTTPS://EXAMPLE.COM/a?b#c',
      'http://[::1]:80/',
      'http://127.0.0.1',
      'https://münchen.example/',
    ],
    bad: [
      ['example.com', notUrl],
      ['/path', notUrl],
      ['//example.com', notUrl],
      ['ftp://example.com', notUrl],
      ['javascript:alert(1)', notUrl],
      ['https:example.com', notUrl],
      ['https:/example.com', notUrl],
      ['https:///example.com', notUrl],
      ['https:\\\\example.com', notUrl],
      ['https://', notUrl],
      ['https://?query', notUrl],
      ['https://user@', withUser],
      ['https://user:pass@host/', withUser],
      ['https://host/?password=secret', 'cannot hold a password'],
      ['https://a:99999', notUrl],
      [' https://example.com', notUrl],
      ['https://example.com\n', notUrl],
      ['https://exa\tmple.com', notUrl],
      ['https://example.com/a b', notUrl],
      [5, 'must be text'],
    ],
  },
  port: {
    field: { kind: 'port', required: true },
    good: [1, 5432, 65535],
    bad: [0, -1, 65536, 1.5, '5432', true, [80], {}, 1e300].map((value) => [value, notPort]),
  },
  integer: {
    field: { kind: 'integer', required: true },
    good: [0, -5, 2 ** 53 - 1],
    bad: [1.5, '5', true, 2 ** 53, 1e300].map((value) => [value, 'must be an integer']),
  },
  'whole seconds': {
    field: { kind: 'integer', format: 'seconds', required: true },
    good: [1, 30],
    bad: [0, -1, 1.5, '30', 2 ** 53].map((value) => [value, 'must be a positive integer']),
  },
  seconds: {
    field: { kind: 'number', format: 'seconds', required: true },
    good: [0.1, 30],
    bad: [0, -0.5, '30', false, JSON.parse('1e999')].map((value) => [value, notPositive]),
  },
  boolean: {
    field: { kind: 'boolean', required: true },
    good: [true, false],
    bad: ['true', 1, 0, []].map((value) => [value, 'must be true or false']),
  },
  enum: {
    field: { kind: 'enum', enum: ['a', 'b'], required: true },
    good: ['a', 'b'],
    bad: ['c', 'A', '', 'toString', 1, ['a']].map((value) => [value, 'must be one of: a, b']),
  },
  constant: {
    field: { kind: 'enum', enum: ['POST'], const: true, default: 'POST', required: false },
    good: ['POST'],
    bad: ['GET', 'post', 1].map((value) => [value, 'must be POST']),
  },
  'list of text': {
    field: { kind: 'string[]', default: [], required: false },
    good: [[], ['a'], ['a', 'a']],
    bad: ['a', {}, 5].map((value) => [value, 'must be a list of text']),
  },
  object: {
    field: { kind: 'object', default: {}, required: false },
    good: [{}, { a: { b: [1, null, 'c'] } }],
    bad: ['{}', [], 5, true].map((value) => [value, 'must be an object']),
  },
  'object of texts': {
    field: { kind: 'object', format: 'texts', secret: true, default: {}, required: false },
    good: [{}, { a: '', B: 'c' }],
    bad: [
      [{ a: 1 }, notTexts],
      [{ a: 'b', c: null }, notTexts],
      [{ a: ['b'] }, notTexts],
      [[], 'must be an object'],
      ['a: b', 'must be an object'],
    ],
  },
  datetime: {
    field: { kind: 'datetime', required: true },
    good: [
      '2024-02-29T00:00:00Z',
      '2024-12-31T23:59:59.123456789+14:00',
      '1999-01-01t00:00:00-08:30',
    ],
    bad: [
      '2023-02-29T00:00:00Z',
      '2024-04-31T00:00:00Z',
      '2024-13-01T00:00:00Z',
      '2024-00-10T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-01T00:00:60Z',
      '2024-01-01T00:00Z',
      '2024-01-01T00:00:00',
      '2024-01-01T00:00:00+25:00',
      '2024-01-01T00:00:00+0200',
      '2024-01-01 00:00:00Z',
      '2024-01-01',
      ' 2024-01-01T00:00:00Z',
      'tomorrow',
    ].map((value) => [value, notDatetime]),
  },
};

describe.each(Object.entries(examples))('a field of kind %s', (_, { field, good, bad }) => {
  const type = typeWith(field);

  it.each(good.map((value) => [value]))('accepts %j', (value) => {
    const parsed = parseForApi(type, { f: value });
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && { ...parsed.config, ...parsed.secrets }).toEqual({ f: value });
  });

  it.each(bad)('refuses %j: it %s', (value, message) => {
    expect(parseForApi(type, { f: value })).toEqual({
      ok: false,
      issues: [{ path: 'config.f', message }],
    });
  });
});

it('reports blank entries of a list, and entries of another type, at their index', () => {
  expect(
    parseForApi(typeWith({ kind: 'string[]', default: [], required: false }), {
      f: ['a', '', 'b', 5, null],
    }),
  ).toEqual({
    ok: false,
    issues: [
      { path: 'config.f.1', message: 'cannot be blank' },
      { path: 'config.f.3', message: 'must be text' },
      { path: 'config.f.4', message: 'must be text' },
    ],
  });
});
