import { describe, expect, it } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { checkForApi, parseForApi } from './api-issues.ts';
import { typeNamed } from './sample-configs.ts';

const http = typeNamed('Http');
const google = typeNamed('GoogleOAuth2');
const request = { url: 'https://example.com', method: 'GET' };

const nested = (levels: number) =>
  JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);
const issuesOf = (type: typeof http, input: unknown) => {
  const parsed = parseForApi(type, input);
  return parsed.ok ? [] : parsed.issues;
};

describe('text that PostgreSQL cannot store', () => {
  const places: [string, (text: string) => [typeof http, unknown]][] = [
    ['config.client_secret', (text) => [google, { client_secret: text }]],
    ['config.client_id', (text) => [google, { client_id: text, client_secret: 's' }]],
    ['config.scopes.1', (text) => [google, { scopes: ['a', text] }]],
    ['config.url', (text) => [http, { ...request, url: `https://example.com/${text}` }]],
    ['config.headers', (text) => [http, { ...request, headers: { a: text } }]],
    ['config.headers', (text) => [http, { ...request, headers: { [text]: 'a' } }]],
    ['config.data', (text) => [http, { ...request, data: { a: [{ b: text }] } }]],
    ['config.data', (text) => [http, { ...request, data: { a: [{ [text]: 1 }] } }]],
    ['config', (text) => [http, { ...request, [text]: 1 }]],
  ];

  it.each(places)('is reported at %s when it contains U+0000', (path, place) => {
    const message = 'cannot hold the character U+0000';
    expect(issuesOf(...place('a\u0000b'))).toEqual([{ path, message }]);
  });

  it.each(places)('is reported at %s when it contains half a surrogate pair', (path, place) => {
    expect(issuesOf(...place('a\ud800b'))).toEqual([{ path, message: 'is not well-formed text' }]);
    expect(issuesOf(...place('a\udc00b'))).toHaveLength(1);
  });
});

describe('a nested config', () => {
  it('is accepted up to 32 levels, of which the config is the first', () => {
    expect(issuesOf(http, { ...request, data: nested(31) })).toEqual([]);
    expect(issuesOf(http, { ...request, data: nested(32) })).toEqual([
      { path: 'config.data', message: 'is nested too deeply' },
    ]);
  });

  it('is refused at half a million levels without exhausting the stack, in any field of any type', () => {
    const abyss = nested(500_000);
    const pit = JSON.parse('['.repeat(500_000) + ']'.repeat(500_000));
    for (const type of listShippedTypes()) {
      for (const value of [abyss, pit, [abyss]]) {
        const config = Object.fromEntries(type.fields.map(({ name }) => [name, value]));
        expect(parseForApi(type, { ...config, unknown: value }).ok).toBe(false);
        expect(checkForApi(type, config)).not.toEqual([]);
      }
    }
  });
});

describe('keys with the name of a prototype', () => {
  it('are reported as unknown fields', () => {
    const config = JSON.parse('{"__proto__": {"scopes": ["x"]}, "constructor": 1}');
    expect(issuesOf(google, config)).toEqual([
      { path: 'config.__proto__', message: 'is not a known field' },
      { path: 'config.constructor', message: 'is not a known field' },
    ]);
  });

  it('are plain data inside an object and pollute no prototype', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const parsed = parseForApi(http, { ...request, data: JSON.parse(text) });
    expect(parsed.ok && JSON.stringify(parsed.config.data)).toBe(text);
    expect(parsed.ok && Object.getPrototypeOf(parsed.config.data)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('give no field a value that the config inherits', () => {
    const heir = Object.create({ client_secret: 'inherited' });
    expect(parseForApi(google, heir)).toMatchObject({ secrets: {} });
  });

  it('are read from an object without a prototype too', () => {
    const bare = Object.assign(Object.create(null), { scopes: ['a'] });
    expect(parseForApi(google, bare)).toMatchObject({ config: { scopes: ['a'] } });
  });
});

it('reports all of 50,000 issues', () => {
  const scopes = new Array(50_000).fill('');
  expect(issuesOf(google, { scopes })).toHaveLength(50_000);
});
