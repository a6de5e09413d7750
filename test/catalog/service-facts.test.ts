import { describe, expect, test } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { fillHost, fillText, fillUrl } from '../../src/core/catalog/templates.ts';
import { translate } from '../../src/edge/connect-page/catalog-words.ts';
import { typeNamed } from './sample-configs.ts';

const types = listShippedTypes();
const named = types.map((type) => [type.type, type] as const);
const published = types.filter(({ type }) => type.startsWith('dynamiq.'));

/** A value for every field and kept member that a template may hold: its default, or a text that fits. */
function valuesOf({ fields, oauth2 }: ConnectionType): JsonObject {
  const values = fields.map(({ name, kind, default: value }) => {
    const sample = kind === 'url' ? 'https://service.example.com/v1/' : 'sample';
    return [name, value === undefined || value === '' ? sample : value] as const;
  });
  const kept = (oauth2?.kept ?? []).map((name) => [name.replace(/^.*\./, ''), 'sample'] as const);
  return { ...Object.fromEntries([...kept, ...values]), access_token: 'sample' };
}

describe.each(named)('%s', (_, type) => {
  test('sends its requests to its hosts, over https unless the URL of a config says otherwise', () => {
    const { http, verify } = type;
    if (http === undefined) return expect(verify?.kind).not.toBe('http');
    const values = valuesOf(type);
    const base = fillUrl(http.baseUrl, values);
    const hosts = http.hostTemplates?.map((host) => fillHost(host, values)) ?? [base.host];
    expect(hosts).toContain(base.host);
    if (http.baseUrl.baseField === null) expect(base.protocol).toBe('https:');
    if (verify?.kind !== 'http') return;
    if (verify.url !== null) expect(hosts).toContain(fillUrl(verify.url, values).host);
    if (verify.path !== null) expect(fillText(verify.path, values)).toMatch(/^\/[!-~]*$/);
  });

  test('puts each secret of an API key type only where a credential belongs', () => {
    for (const text of Object.values(type.http?.headers ?? {})) {
      for (const part of text) {
        if (typeof part === 'string') continue;
        const field = type.fields.find(({ name }) => name === part.field);
        expect(field?.secret).not.toBe(true);
      }
    }
  });
});

test('most types of the contract know how to ask whether a credential works', () => {
  expect(published.filter(({ http }) => http !== undefined).length).toBeGreaterThanOrEqual(48);
  expect(published.filter(({ verify }) => verify !== undefined).length).toBeGreaterThanOrEqual(46);
});

test('every type of the contract with a service links to its documentation', () => {
  const without = published.filter(({ docsUrl }) => docsUrl === null).map(({ label }) => label);
  expect(without).toEqual(['HTTP API key', 'HTTP']);
});

test('the types of the contract accept any text, so their shapes are only hints', () => {
  const strict = published.flatMap(({ type, fields }) =>
    fields
      .filter(({ pattern, minLength, maxLength, noSpace }) =>
        [pattern, minLength, maxLength, noSpace].some((shape) => shape !== undefined),
      )
      .map(({ name }) => `${type}.${name}`),
  );
  expect(strict).toEqual([]);
  const placeholderOf = (name: string, field: string) =>
    typeNamed(name).fields.find((each) => each.name === field)?.placeholder;
  expect(placeholderOf('OpenAI', 'api_key')).toBe('sk-…');
  expect(placeholderOf('AWS', 'access_key_id')).toBe('AKIA…');
});

test('only operators fill in profiles, local programs, local addresses and files of the server', () => {
  const own = published.flatMap(({ type, fields }) =>
    fields
      .filter(({ audience }) => audience === 'operator')
      .map(({ name }) => `${type.replace('dynamiq.connections.', '')}.${name}`),
  );
  expect(own.toSorted()).toEqual([
    'AWS.profile',
    'AWSOpenSearch.ca_certs',
    'AWSOpenSearch.profile',
    'AWSTextract.profile',
    'Elasticsearch.ca_path',
    'MCPStdio.args',
    'MCPStdio.command',
    'MCPStdio.cwd',
    'MCPStdio.encoding',
    'MCPStdio.encoding_error_handler',
    'MCPStdio.env',
    'Milvus.deployment_type',
    'Milvus.uri',
    'Ollama.url',
  ]);
});

test('a JSON file fills in a service account, and a connection string a database', () => {
  const pasted = published.flatMap(({ type, fields }) =>
    fields.flatMap(({ name, paste }) =>
      paste === undefined ? [] : [[type.replace('dynamiq.connections.', ''), name, paste]],
    ),
  );
  expect(pasted).toEqual(
    expect.arrayContaining([
      ['GoogleCloud', 'private_key', 'json_file'],
      ['VertexAI', 'private_key', 'json_file'],
      ['PostgreSQL', 'host', 'url'],
      ['ApacheAGE', 'host', 'url'],
      ['MySQL', 'host', 'url'],
      ['AWSRedshift', 'host', 'url'],
    ]),
  );
});

test('an account of a consent is the account that verification returns', () => {
  const both = published.filter(({ oauth2, verify }) => oauth2?.account && verify?.kind === 'http');
  for (const { type, oauth2, verify } of both) {
    if (verify?.kind !== 'http' || verify.account?.id == null) continue;
    const step = (path: string | null | undefined) => path?.replace(/^\$\.|^.*\./, '') ?? null;
    const pair = [step(oauth2?.account?.id), step(verify.account.id)];
    // A token response of Notion names the bot that `/users/me` returns.
    if (type !== 'dynamiq.connections.NotionOAuth2') expect(pair[0], type).toBe(pair[1]);
  }
});

test.each(
  published.filter(({ oauth2 }) => oauth2 !== undefined).map((type) => [type.label, type] as const),
)('%s describes the scopes that it asks for by default, in English and German', (_, { oauth2 }) => {
  const { defaultScopes = [], scopeDescriptions = {} } = oauth2 ?? {};
  expect(Object.keys(scopeDescriptions)).toEqual(expect.arrayContaining([...defaultScopes]));
  for (const text of Object.values(scopeDescriptions)) {
    expect(translate(text, 'de').lang, text).toBe('de');
  }
});
