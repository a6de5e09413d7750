import { describe, expect, it } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { parseForApi } from './api-issues.ts';
import { fullConfig, minimalConfig, typeNamed } from './sample-configs.ts';

const openAI = typeNamed('OpenAI');
const http = typeNamed('Http');
const request = { url: 'https://example.com', method: 'GET' };

describe('a valid config', () => {
  it.each(listShippedTypes())(
    'of $type is accepted with only the required fields and with all fields',
    (type) => {
      expect(parseForApi(type, minimalConfig(type))).toMatchObject({ ok: true });
      expect(parseForApi(type, fullConfig(type))).toMatchObject({ ok: true });
    },
  );

  it('is separated into its public and its secret half', () => {
    const database = { host: 'db', port: 5433, database: 'd', user: 'u' };
    expect(parseForApi(typeNamed('PostgreSQL'), { password: 'p', ...database })).toEqual({
      ok: true,
      config: database,
      secrets: { password: 'p' },
    });
  });

  it('gets its defaults in both halves', () => {
    expect(parseForApi(http, request)).toEqual({
      ok: true,
      config: { ...request, params: {}, data: {} },
      secrets: { headers: {} },
    });
  });

  it('gets the one value of a constant', () => {
    const parsed = parseForApi(typeNamed('Lakera'), { api_key: 'k' });
    expect(parsed).toMatchObject({ config: { url: 'https://api.lakera.ai/v2/' } });
  });

  it('does not share a default object with another config', () => {
    const first = parseForApi(http, request);
    if (first.ok) Object.assign(first.config.params ?? {}, { changed: true });
    expect(parseForApi(http, request)).toMatchObject({ config: { params: {} } });
  });

  it('keeps text and URLs unchanged', () => {
    const config = { url: 'HTTPS://EXAMPLE.com:443/a/../b', api_key: ' k ' };
    expect(parseForApi(openAI, config)).toEqual({
      ok: true,
      config: { url: config.url },
      secrets: { api_key: ' k ' },
    });
  });

  it('is accepted again as it was returned', () => {
    for (const type of listShippedTypes()) {
      const first = parseForApi(type, minimalConfig(type));
      if (!first.ok) throw new Error(type.type);
      expect(parseForApi(type, first.config, first.secrets)).toEqual(first);
    }
  });

  it('accepts an integer in every notation of JSON', () => {
    const config = JSON.parse('{"host": "h", "port": 8000.0}');
    expect(parseForApi(typeNamed('Chroma'), config)).toMatchObject({ config: { port: 8000 } });
  });
});

describe('null, absence and blank text', () => {
  it('null leaves out an optional field', () => {
    const parsed = parseForApi(openAI, { api_key: 'k', url: null });
    expect(parsed).toMatchObject({ config: { url: 'https://api.openai.com/v1' } });
  });

  it('empty text, which a form sends, leaves out an optional URL', () => {
    const parsed = parseForApi(openAI, { api_key: 'k', url: '' });
    expect(parsed).toMatchObject({ config: { url: 'https://api.openai.com/v1' } });
  });

  it.each([undefined, null, '', '  \n'])('%j is refused for required text', (value) => {
    expect(parseForApi(openAI, { api_key: value })).toEqual({
      ok: false,
      issues: [{ path: 'config.api_key', message: 'cannot be blank' }],
    });
  });

  it.each([undefined, null, ''])('%j is refused for a required URL', (url) => {
    expect(parseForApi(http, { ...request, url })).toMatchObject({
      issues: [{ path: 'config.url', message: 'cannot be blank' }],
    });
  });
});

describe('stored secrets', () => {
  it('are kept when the config leaves out a secret', () => {
    const parsed = parseForApi(openAI, { url: 'https://new.example' }, { api_key: 'stored' });
    expect(parsed).toMatchObject({ ok: true, secrets: { api_key: 'stored' } });
  });

  it('are replaced by a new value', () => {
    const parsed = parseForApi(openAI, { api_key: 'new' }, { api_key: 'stored' });
    expect(parsed).toMatchObject({ secrets: { api_key: 'new' } });
  });

  it('are removed by null and replaced by the default', () => {
    const parsed = parseForApi(http, { ...request, headers: null }, { headers: { a: 'b' } });
    expect(parsed).toMatchObject({ secrets: { headers: {} } });
  });

  it('cannot be removed when they are required', () => {
    expect(parseForApi(openAI, { api_key: null }, { api_key: 'stored' })).toMatchObject({
      issues: [{ path: 'config.api_key', message: 'cannot be blank' }],
    });
  });

  it('count as given when rules are checked', () => {
    const update = { region: 'eu-west-1', access_key_id: 'id' };
    const kept = { secret_access_key: 'stored' };
    expect(parseForApi(typeNamed('AWS'), update, kept)).toMatchObject({ ok: true });
    expect(
      parseForApi(typeNamed('AWS'), { ...update, secret_access_key: null }, kept),
    ).toMatchObject({ issues: [{ path: 'config.secret_access_key' }] });
  });

  it('add no public field and no field that the type does not have', () => {
    const parsed = parseForApi(openAI, {}, { api_key: 'k', url: 'https://old.example', other: 1 });
    expect(parsed).toEqual({
      ok: true,
      config: { url: 'https://api.openai.com/v1' },
      secrets: { api_key: 'k' },
    });
  });
});

describe('the issues of a bad config', () => {
  it('name all bad fields in the order of the fields, and then the unknown ones', () => {
    const parsed = parseForApi(typeNamed('Weaviate'), {
      zebra: 1,
      grpc_port: 0,
      deployment_type: 'custom',
      apple: null,
      http_host: 5,
      timeout_init: -1,
    });
    expect(parsed).toEqual({
      ok: false,
      issues: [
        { path: 'config.api_key', message: 'cannot be blank' },
        { path: 'config.http_host', message: 'must be text' },
        { path: 'config.grpc_host', message: 'cannot be blank when deployment_type is custom' },
        { path: 'config.grpc_port', message: 'must be an integer from 1 to 65535' },
        { path: 'config.timeout_init', message: 'must be a positive integer' },
        { path: 'config.zebra', message: 'is not a known field' },
        { path: 'config.apple', message: 'is not a known field' },
      ],
    });
  });

  it('have one message per path', () => {
    const parsed = parseForApi(typeNamed('AWS'), { region: 'r', access_key_id: 'id' });
    expect(parsed).toMatchObject({ issues: [{ path: 'config.secret_access_key' }] });
    expect(parsed.ok || parsed.issues).toHaveLength(1);
  });

  it.each([undefined, null, 'text', 5, true, [], [{}]])(
    'consist of one issue for a config that is %j',
    (input) => {
      expect(parseForApi(openAI, input)).toEqual({
        ok: false,
        issues: [{ path: 'config', message: 'must be an object' }],
      });
    },
  );

  it('contain no value of the config', () => {
    for (const type of listShippedTypes()) {
      const canary = 'canary-b1946ac9';
      const values = [canary, [canary], { [canary]: { [canary]: [canary] } }, `${canary}\u0000`];
      for (const value of values) {
        const config = Object.fromEntries(type.fields.map(({ name }) => [name, value]));
        expect(JSON.stringify(parseIssues(type, config))).not.toContain(canary);
      }
    }
  });
});

function parseIssues(type: Parameters<typeof parseForApi>[0], input: unknown) {
  const parsed = parseForApi(type, input);
  return parsed.ok ? [] : parsed.issues;
}
