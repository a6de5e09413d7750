import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTypes } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { readCustomType } from '../../src/core/catalog/read-custom-type.ts';
import { categories } from '../../src/core/catalog/type-definition.ts';

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

const client = [
  { name: 'client_id', kind: 'string', required: false },
  { name: 'client_secret', kind: 'string', required: false, secret: true },
];

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
      origin: 'shipped',
      version: 1,
      customTypeId: null,
      projectId: null,
      description: null,
      docsUrl: null,
      keyUrl: null,
      logo: null,
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
    const type = read({
      fields: [...client, scopes],
      oauth2: { ...oauth2, default_scopes: ['read'] },
    });
    expect(type.fields[2]).toMatchObject({ default: ['read'] });
    expect(type.oauth2).toMatchObject({
      issuer: null,
      authorizationEndpoint: { text: oauth2.authorization_url },
      tokenEndpoint: { text: oauth2.token_url },
      revocationEndpoint: null,
      userinfoEndpoint: null,
      defaultScopes: ['read'],
      alwaysScopes: [],
      scopeSeparator: ' ',
      extraAuthorizationParams: {},
      clientAuthentication: 'basic',
      pkce: true,
      tokenRequest: 'form',
      kept: [],
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

const http = { base_url: 'https://api.example.com/v1' };
const inject = (value: string) => [{ in: 'header', name: 'X-Key', value }];

describe('the facts of a type', () => {
  it('send a bearer token of an OAuth type unless they say otherwise', () => {
    const type = read({ fields: client, oauth2, http });
    expect(type.http).toMatchObject({
      hosts: ['api.example.com'],
      hostTemplates: null,
      inject: [
        { in: 'header', name: 'Authorization', value: ['Bearer ', { field: 'access_token' }] },
      ],
    });
  });

  it('ask with GET whether a credential works, and know the usual statuses', () => {
    const type = read({ http: { ...http, inject: inject('{api_key}') }, verify: { path: '/me' } });
    const statuses = { ok: [200], refused: [401], insufficient: [403] };
    expect(type.verify).toMatchObject({ kind: 'http', method: 'GET', path: ['/me'], ...statuses });
  });

  it('name the field of a connection string for a protocol', () => {
    const type = read({ verify: { protocol: 'postgresql', url: 'url' } });
    expect(type.verify).toEqual({
      kind: 'protocol',
      protocol: 'postgresql',
      fields: {},
      urlField: 'url',
    });
  });

  it('are complained about all at once, even if a field is wrong', () => {
    const wrong = {
      fields: [{ ...key, kind: 'text' }, mode],
      http: { base_url: 'https://{mode}.com', inject: inject('{api_key}{other}') },
      verify: { path: 'me' },
    };
    expect(() => read(wrong)).toThrow(
      /fields\[0\]\.kind: .*\n.*http\.base_url: Must fix the domain.*\n.*http\.inject\[0\]\.value: .*other.*\n.*verify\.path: Must begin with \//,
    );
  });
});

const fieldsWith = (field: JsonObject) => ({ fields: [field] });

describe('a wrong type definition fails with the file, the type, the path and the complaint', () => {
  it.each<[changes: JsonObject, complaint: string]>([
    [{ colour: 'red' }, 'Unrecognized key: "colour"'],
    [
      { type: 'other.Example' },
      'type: Must be dynamiq.connections. or patchbay.connections. and a name',
    ],
    [{ category: 'other' }, 'category: Invalid option'],
    [fieldsWith({ ...key, kind: 'text' }), 'fields[0].kind: Invalid'],
    [fieldsWith({ ...key, enum: ['a'] }), 'fields[0]: Unrecognized key: "enum"'],
    [fieldsWith({ ...key, format: 'seconds' }), 'fields[0].format: Invalid option'],
    [fieldsWith({ ...key, name: 'apiKey' }), 'fields[0].name: Must be a name like api_key'],
    [fieldsWith({ ...key, default: 'x' }), 'fields[0].default: A required field has no default'],
    [fieldsWith({ ...mode, default: 'c' }), 'fields[0].default: Must be one of the enum'],
    [fieldsWith({ ...mode, const: true }), 'fields[0].const: Takes one enum value'],
    [{ fields: [key, key] }, 'fields[1].name: Is used twice'],
    [{ rules: [{ any_of: [] }] }, 'rules[0]: Must have one_of, with, or when and require'],
    [{ rules: [{ with: {} }] }, 'rules[0]: Must have a field'],
    [{ rules: [{ with: { url: ['password'] } }] }, 'rules[0]: The type has no field password'],
    [{ rules: [{ when: { url: 'b' }, require: ['mode'] }] }, 'rules[0].when.url: Must be a value'],
    [{ rules: [{ when: { mode: 'c' }, require: ['url'] }] }, 'rules[0].when.mode: Must be a value'],
    [{ oauth2: { ...oauth2, client_auth: 'jwt' } }, 'oauth2.client_auth: Invalid option'],
    [{ oauth2: { ...oauth2, token_url: 'ftp://a' } }, 'oauth2.token_url: Must be an https URL'],
    [
      { http: { base_url: 'https://{url}.example.com/{x}' } },
      'http.base_url: The type has no field x',
    ],
    [{ http: { base_url: '{mode}' } }, 'http.base_url: The field mode must be of the kind url'],
    [
      { http: { base_url: 'https://{api_key}.example.com' } },
      'http.base_url: A host must not hold',
    ],
    [{ http: { base_url: 'https://a.example.com?x=1' } }, 'http.base_url: Must have no query'],
    [{ http: { ...http, hosts: ['b.example.com'] } }, 'http.hosts: Must include the host'],
    [
      { http: { ...http, inject: [{ in: 'header', name: 'Host', value: 'x' }] } },
      'http.inject[0].name: Is',
    ],
    [{ http: { ...http, inject: inject('a\nb') } }, 'http.inject[0].value: Holds a line break'],
    [
      { fields: client, oauth2, http: { ...http, inject: inject('{client_secret}') } },
      'http.inject[0].value',
    ],
    [{ verify: { path: '/me' } }, 'verify: Requires http'],
    [
      { http, verify: { url: 'https://b.example.com/me' } },
      'verify.url: Must be on one of the hosts',
    ],
    [{ http, verify: {} }, 'verify: Must have either path or url'],
    [
      { verify: { protocol: 'mysql', fields: { host: 'server' } } },
      'verify.fields.host: The type has no',
    ],
    [fieldsWith({ ...key, pattern: '(a+)+$' }), 'fields[0].pattern: Could backtrack'],
    [
      fieldsWith({ ...key, min_length: 5, max_length: 4 }),
      'fields[0].min_length: Must not be greater',
    ],
    [fieldsWith({ ...url, default: 'nowhere' }), 'fields[0].default: Is not a valid value'],
    [
      { fields: [client[0] ?? {}], oauth2 },
      'fields: An OAuth type must have the field client_secret',
    ],
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
  expect(files).toHaveLength(categories.length);
  for (const file of files) {
    const types = readTypes(file, JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(types.filter(({ category }) => `${category}.json` !== file)).toEqual([]);
  }
});

describe('the definition of a custom type', () => {
  const custom = { type: 'custom.Example', label: 'Example', fields: [key] };

  it('becomes a type with the category custom', () => {
    expect(readCustomType(custom)).toMatchObject({
      ok: true,
      type: { type: 'custom.Example', origin: 'custom', category: 'custom' },
      written: custom,
      definition: { type: 'custom.Example', category: 'custom', fields: [key], rules: [] },
    });
  });

  it.each([
    'dynamiq.connections.OpenAI',
    'custom.',
    'custom.1a',
    `custom.${'a'.repeat(65)}`,
    'custom.a_b',
    'Custom.a',
  ])('cannot have the identifier %s', (type) => {
    expect(readCustomType({ ...custom, type })).toMatchObject({
      ok: false,
      issues: [{ path: 'type', message: expect.stringContaining('must be custom.') }],
    });
  });

  it('may contain a name of 64 letters and digits', () => {
    expect(readCustomType({ ...custom, type: `custom.${'a'.repeat(64)}` }).ok).toBe(true);
  });

  it.each([null, 5, 'text', [], {}])('%j is refused', (content) => {
    expect(readCustomType(content).ok).toBe(false);
  });

  it('names every complaint at its path', () => {
    const wrong = {
      ...custom,
      colour: 1,
      fields: [
        { ...key, kind: 'text', name: 'Key', required: 'yes' },
        { ...mode, default: 'c' },
      ],
    };
    expect(readCustomType(wrong)).toMatchObject({
      issues: expect.arrayContaining([
        { path: 'colour', message: 'is not a known field' },
        expect.objectContaining({ path: 'fields.0.kind' }),
        { path: 'fields.0.name', message: 'must be a name like api_key' },
        expect.objectContaining({ path: 'fields.0.required' }),
        { path: 'fields.1.default', message: 'must be one of the enum' },
      ]),
    });
  });

  it('cannot show a token of the response under another name', () => {
    const fields = [
      { name: 'client_id', kind: 'string', required: true },
      { name: 'client_secret', kind: 'string', required: true, secret: true },
    ];
    const endpoints = {
      authorization_url: 'https://example.com/authorize',
      token_url: 'https://example.com/token',
    };
    const issuesOf = (oauth2: object) => {
      const read = readCustomType({ ...custom, fields, oauth2: { ...endpoints, ...oauth2 } });
      return read.ok ? [] : read.issues.map(({ path }) => path);
    };
    expect(
      issuesOf({
        account: { id: 'refresh_token', label: '$.data.accessToken' },
        keep: ['realmId', 'authed_user.refresh_token'],
        response: { access_token: 'data.refresh_token', scope: 'refresh_token', token_type: 'x' },
      }).sort(),
    ).toEqual([
      'oauth2.account.id',
      'oauth2.account.label',
      'oauth2.keep.1',
      'oauth2.response.access_token',
      'oauth2.response.scope',
    ]);
    const response = { access_token: 'data.token', refresh_token: 'data.refresh_token' };
    expect(issuesOf({ response, account: { id: 'sub' }, keep: ['instance_url'] })).toEqual([]);
  });

  it('is refused if it holds U+0000 or is nested too deeply', () => {
    let nested: unknown = 'x';
    for (let level = 0; level < 5_000; level += 1) nested = [nested];
    expect(readCustomType({ ...custom, label: 'a\u0000' }).ok).toBe(false);
    expect(readCustomType({ ...custom, verify: { path: '/', body: nested } }).ok).toBe(false);
  });
});
