import { expect, test } from 'vitest';
import { readCustomType } from '../../src/core/catalog/read-custom-type.ts';
import { findRevealingChanges } from '../../src/features/custom-types/definition-changes.ts';

/* The changes of a definition that would reveal stored secrets. */

const key = { name: 'api_key', kind: 'string', required: true, secret: true };
const region = { name: 'region', kind: 'enum', required: true, enum: ['eu', 'us'] };
const base = { type: 'custom.Acme', label: 'Acme', fields: [key, region] };
const client = [
  { name: 'client_id', kind: 'string', required: true },
  { name: 'client_secret', kind: 'string', required: true, secret: true },
];
const oauth2 = {
  authorization_url: 'https://login.acme.example/authorize',
  token_url: 'https://login.acme.example/token',
};
const bare = { ...base, fields: [...client, region] };
const consented = { ...bare, oauth2 };
const http = { base_url: 'https://{region}.acme.example/v1', hosts: ['{region}.acme.example'] };

function parse(definition: object) {
  const read = readCustomType(definition);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.definition;
}

const pathsOf = (before: object, after: object) =>
  findRevealingChanges(parse(before), parse(after)).map(({ path }) => path);

test.each<[string, object, object, string[]]>([
  ['nothing', consented, consented, []],
  [
    'a label, a new field and an optional one',
    base,
    {
      ...base,
      label: 'A',
      fields: [{ ...key, required: false }, region, { name: 'note', kind: 'string' }],
    },
    [],
  ],
  [
    'a public field that becomes secret',
    base,
    { ...base, fields: [key, { ...region, secret: true }] },
    [],
  ],
  ['a removed secret', base, { ...base, fields: [region] }, []],
  [
    'a secret that becomes public',
    base,
    { ...base, fields: [region, { ...key, secret: false }] },
    ['definition.fields.1.secret'],
  ],
  [
    'another path at the same host',
    consented,
    { ...consented, oauth2: { ...oauth2, token_url: 'https://LOGIN.acme.example/v2/token' } },
    [],
  ],
  [
    'another host of the token endpoint',
    consented,
    {
      ...consented,
      oauth2: { ...oauth2, token_url: 'https://login.acme.example.evil.example/token' },
    },
    ['definition.oauth2.token_url'],
  ],
  [
    'another port of the token endpoint',
    consented,
    { ...consented, oauth2: { ...oauth2, token_url: 'https://login.acme.example:8443/token' } },
    ['definition.oauth2.token_url'],
  ],
  [
    'http for the token endpoint',
    consented,
    { ...consented, oauth2: { ...oauth2, token_url: 'http://login.acme.example/token' } },
    ['definition.oauth2.token_url'],
  ],
  [
    'a place in the host of the token endpoint',
    consented,
    { ...consented, oauth2: { ...oauth2, token_url: 'https://{region}.acme.example/token' } },
    ['definition.oauth2.token_url'],
  ],
  [
    'a revocation endpoint at the same host',
    consented,
    { ...consented, oauth2: { ...oauth2, revocation_url: 'https://login.acme.example/revoke' } },
    [],
  ],
  [
    'a revocation endpoint elsewhere',
    consented,
    { ...consented, oauth2: { ...oauth2, revocation_url: 'https://evil.example/revoke' } },
    ['definition.oauth2.revocation_url'],
  ],
  [
    'another refresh endpoint',
    consented,
    { ...consented, oauth2: { ...oauth2, refresh_url: 'https://evil.example/token' } },
    ['definition.oauth2.refresh_url'],
  ],
  [
    'another place of the token in the response',
    consented,
    { ...consented, oauth2: { ...oauth2, response: { access_token: 'data.token' } } },
    ['definition.oauth2.response'],
  ],
  [
    'a token made in another way',
    base,
    { ...base, mint: { kind: 'two_step', url: 'https://evil.example' } },
    ['definition.mint'],
  ],
  [
    'userinfo elsewhere',
    consented,
    { ...consented, oauth2: { ...oauth2, userinfo_url: 'https://evil.example/me' } },
    ['definition.oauth2.userinfo_url'],
  ],
  [
    'the consent page elsewhere',
    consented,
    { ...consented, oauth2: { ...oauth2, authorization_url: 'https://evil.example/authorize' } },
    [],
  ],
  ['no OAuth any longer', consented, bare, ['definition.oauth2']],
  ['OAuth for a type without', bare, consented, ['definition.oauth2']],
  [
    'a token endpoint of the config',
    {
      ...consented,
      fields: [...client, region, { name: 'token_url', kind: 'url', required: true }],
      oauth2: { authorization_url: oauth2.authorization_url },
    },
    {
      ...consented,
      fields: [...client, region, { name: 'token_url', kind: 'url', required: true }],
    },
    ['definition.oauth2.token_url'],
  ],
  [
    'a host more',
    { ...base, http },
    { ...base, http: { ...http, hosts: [...http.hosts, 'files.acme.example'] } },
    ['definition.http.hosts.1'],
  ],
  [
    'a host less',
    { ...base, http: { ...http, hosts: [...http.hosts, 'files.acme.example'] } },
    { ...base, http },
    [],
  ],
  [
    'a host whose place is elsewhere',
    { ...base, http },
    { ...base, http: { base_url: 'https://{region}.evil.example/v1' } },
    ['definition.http.base_url'],
  ],
  [
    'http where there was none',
    base,
    { ...base, http },
    ['definition.http.base_url', 'definition.http.hosts.0'],
  ],
  [
    'http without TLS',
    { ...base, http: { base_url: 'https://acme.example' } },
    { ...base, http: { base_url: 'http://acme.example' } },
    ['definition.http.base_url'],
  ],
])('%s: is told at its path', (_what, before, after, paths) => {
  expect(pathsOf(before, after)).toEqual(paths);
});

test('a login at the server of another field is told, and one at the field host is not', () => {
  const fields = [
    { name: 'host', kind: 'string', required: true },
    { name: 'website', kind: 'string' },
    { name: 'password', kind: 'string', secret: true },
  ];
  const database = { ...base, fields };
  const login = { ...database, verify: { protocol: 'postgresql' } };
  const elsewhere = {
    ...database,
    verify: { protocol: 'postgresql', fields: { host: 'website' } },
  };
  expect(pathsOf(database, login)).toEqual([]);
  expect(pathsOf(database, elsewhere)).toEqual(['definition.verify']);
  expect(pathsOf(login, elsewhere)).toEqual(['definition.verify']);
  expect(pathsOf({ ...database, fields: fields.slice(1) }, login)).toEqual(['definition.verify']);
  expect(pathsOf(elsewhere, database)).toEqual([]);
});

test('the words say what to do', () => {
  const [issue] = findRevealingChanges(
    parse(base),
    parse({ ...base, fields: [{ ...key, secret: false }, region] }),
  );
  expect(issue?.message).toBe(
    'cannot change to false while connections use the type. Delete those connections first, or create a new type for new ones.',
  );
});
