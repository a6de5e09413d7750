import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTypes } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';

const key = { name: 'api_key', kind: 'string', required: true, secret: true };
const mode = { name: 'mode', kind: 'enum', enum: ['a', 'b'], required: false, default: 'a' };
const url = { name: 'url', kind: 'url', required: false };
const good = {
  type: 'dynamiq.connections.Example',
  label: 'Example',
  category: 'http',
  fields: [key, mode, url],
};
const oauth2 = {
  authorization_url: 'https://example.com/authorize',
  token_url: 'https://example.com/token',
  client_auth: 'basic',
};

/** Reads the good type with those changes. */
function read(changes: JsonObject) {
  const [type] = readTypes('example.json', [{ ...good, ...changes }]);
  if (type === undefined) throw new Error('no type');
  return type;
}

describe('a type definition', () => {
  it('becomes a type whose fields have labels and are public unless it says secret', () => {
    expect(read({})).toEqual({
      ...good,
      fields: [
        { ...key, label: 'API key' },
        { ...mode, label: 'Mode', secret: false },
        { ...url, label: 'URL', secret: false },
      ],
      rules: [],
    });
  });

  it('fills in the one value of a constant', () => {
    const constant = { ...mode, enum: ['a'], const: true };
    expect(read({ fields: [constant] }).fields).toMatchObject([{ const: 'a', default: 'a' }]);
  });

  it('gives a list of scopes the default scopes of its provider', () => {
    const scopes = { name: 'scopes', kind: 'string[]', format: 'scopes', required: false };
    const type = read({ fields: [scopes], oauth2: { ...oauth2, default_scopes: ['read'] } });
    expect(type.fields).toMatchObject([{ default: ['read'] }]);
    expect(type.oauth2).toEqual({
      authorizationEndpoint: oauth2.authorization_url,
      tokenEndpoint: oauth2.token_url,
      revocationEndpoint: null,
      defaultScopes: ['read'],
      alwaysScopes: [],
      extraAuthorizationParams: {},
      clientAuthentication: 'basic',
      scopeFacts: {
        ignoresCase: false,
        optionalPrefix: '',
        aliases: new Map(),
        includes: new Map(),
        unnamed: [],
      },
    });
  });

  it.each<[rule: JsonObject, becomes: object[]]>([
    [
      { one_of: [['api_key'], ['url', 'mode']] },
      [{ kind: 'one_of', groups: [['api_key'], ['url', 'mode']] }],
    ],
    [{ with: { url: ['api_key'] } }, [{ kind: 'with', field: 'url', needs: ['api_key'] }]],
    [
      { with: { url: ['api_key'], api_key: ['url'] } },
      [{ kind: 'together', fields: ['url', 'api_key'] }],
    ],
    [
      { with: { url: ['api_key', 'mode'], api_key: ['url', 'mode'] } },
      [
        { kind: 'with', field: 'url', needs: ['api_key', 'mode'] },
        { kind: 'with', field: 'api_key', needs: ['url', 'mode'] },
      ],
    ],
    [
      { when: { mode: 'b' }, require: ['url'] },
      [{ kind: 'when', field: 'mode', equals: 'b', needs: ['url'] }],
    ],
  ])('reads the rule %j', (rule, becomes) => {
    expect(read({ rules: [rule] }).rules).toEqual(becomes);
  });
});

const fieldsWith = (field: JsonObject) => ({ fields: [field] });

describe('a wrong type definition fails with the file, the type, the path and the complaint', () => {
  it.each<[changes: JsonObject, complaint: string]>([
    [{ colour: 'red' }, 'Unrecognized key: "colour"'],
    [{ type: 'other.Example' }, 'type: Must be dynamiq.connections. and a name'],
    [{ category: 'other' }, 'category: Invalid option'],
    [fieldsWith({ ...key, kind: 'text' }), 'fields[0].kind: Invalid'],
    [fieldsWith({ ...key, enum: ['a'] }), 'fields[0]: Unrecognized key: "enum"'],
    [fieldsWith({ ...key, format: 'seconds' }), 'fields[0].format: Invalid option'],
    [fieldsWith({ ...key, name: 'apiKey' }), 'fields[0].name: Must be a name like api_key'],
    [fieldsWith({ ...key, default: 'x' }), 'fields[0].default: A required field has no default'],
    [fieldsWith({ ...mode, default: 'c' }), 'fields[0].default: Must be one of the enum'],
    [fieldsWith({ ...mode, const: true }), 'fields[0].const: Takes one enum value'],
    [{ fields: [key, key] }, 'fields[0].name: Is used twice'],
    [{ rules: [{ any_of: [] }] }, 'rules[0]: Must have one_of, with, or when and require'],
    [{ rules: [{ with: {} }] }, 'rules[0]: Must have a field'],
    [{ rules: [{ with: { url: ['password'] } }] }, 'rules[0]: The type has no field password'],
    [{ rules: [{ when: { url: 'b' }, require: ['mode'] }] }, 'rules[0].when.url: Must be a value'],
    [{ rules: [{ when: { mode: 'c' }, require: ['url'] }] }, 'rules[0].when.mode: Must be a value'],
    [{ oauth2: { ...oauth2, client_auth: 'jwt' } }, 'oauth2.client_auth: Invalid option'],
    [{ oauth2: { ...oauth2, token_url: 'http://a' } }, 'oauth2.token_url: Must be an https URL'],
    [{ oauth2: { client_auth: 'body' } }, 'oauth2.authorization_url: Is missing here'],
  ])('%j', (changes, complaint) => {
    const type = changes.type ?? good.type;
    expect(() => read(changes)).toThrow(`example.json: ${type}: ${complaint}`);
  });

  it('names the place of an entry that has no type', () => {
    expect(() => readTypes('example.json', [good, 5])).toThrow('example.json: 1: Invalid input');
    expect(() => readTypes('example.json', [5])).toThrow('example.json: 0: Invalid input');
    expect(() => readTypes('example.json', {})).toThrow('example.json: Invalid input');
  });

  it('has one line per complaint', () => {
    const read = () => readTypes('example.json', [{ ...good, label: '', rules: 5 }]);
    expect(read).toThrow(/example\.json: .*: label: .*\nexample\.json: .*: rules: /);
  });
});

it('every shipped type stands in the file of its category', () => {
  const folder = join(import.meta.dirname, '../../src/core/catalog/types');
  const files = readdirSync(folder);
  expect(files).toHaveLength(12);
  for (const file of files) {
    const types = readTypes(file, JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(new Set(types.map(({ category }) => `${category}.json`))).toEqual(new Set([file]));
  }
});
