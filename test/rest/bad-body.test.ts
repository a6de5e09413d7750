import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { authorization } from '../helpers/clients.ts';
import { createConnection, type Failure, newConnection, openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const json = { 'content-type': 'application/json' };

/** Every route that takes a body, with a valid body. */
const routes = [
  { method: 'POST', path: () => '/v1/connections', good: () => newConnection(server) },
  {
    method: 'PUT',
    path: async () => `/v1/connections/${(await createConnection(server)).id}`,
    good: () => ({ type: openAi, config: { api_key: canary() } }),
  },
];

describe.each(routes)('$method', ({ method, path, good }) => {
  const sendRaw = async (body: string | Uint8Array, headers: Record<string, string> = json) =>
    server.send<Failure>({
      method,
      path: await path(),
      headers: { ...authorization(server.adminKey), ...headers },
      body,
    });

  test.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['half an object', '{"name":'],
    ['text that is not JSON', `${canary()}`],
    ['a secret in broken JSON', `{"config":{"api_key":"${canary()}"}`],
    ['NaN', '{"version":NaN}'],
    ['a comment', '{}// comment'],
    ['a lone quote', '"'],
    ['bytes that are no UTF-8', Buffer.from('{"name":"\xff\xfe"}', 'latin1')],
    ['an encoded surrogate', Buffer.from('{"name":"\xed\xa0\x80"}', 'latin1')],
    ['an overlong NUL', Buffer.from('{"name":"\xc0\x80"}', 'latin1')],
    ['half a character', Buffer.from('{"name":"\xe2\x82"}', 'latin1')],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
  ])('a body with %s is 400 at body', async (_what, body) => {
    const { status, json } = await sendRaw(body);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code: 'bad_request', message: 'Bad Request' });
    expect(Object.keys(json.error.details ?? {})).toEqual(['body']);
  });

  test.each(['null', 'true', '1', '"text"', '[]', '[{}]'])(
    'the body %s is 400, because it is not an object',
    async (body) => {
      const { status, json } = await sendRaw(body);
      expect(status).toBe(400);
      expect(json.error.details).toEqual({ body: 'must be a JSON object' });
    },
  );

  test('a byte order mark is accepted', async () => {
    const { status } = await sendRaw(`\uFEFF${JSON.stringify(good())}`);
    expect([200, 201]).toContain(status);
  });

  test.each(['[', '{"a":', '{"config":{"a":'])(
    'half a million levels of %s are 400',
    async (open) => {
      const close = { '[': ']', '{"a":': '}', '{"config":{"a":': '}}' }[open] ?? '';
      const depth = open === '[' ? 500_000 : 60_000;
      const body = `${open.repeat(depth)}1${close.repeat(depth)}`;
      const { status, json } = await sendRaw(body);
      expect(status).toBe(400);
      expect(json.error.code).toBe('bad_request');
    },
  );

  test('a config with the deepest nesting of a body is 400 at its field', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const body = JSON.stringify({ ...good(), config: { api_key: 0 } }).replace(':0', `:${deep}`);
    const { status, json } = await sendRaw(body);
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['config.api_key']);
  });

  test('an unknown field is named, with any name', async () => {
    const names = ['nmae', 'constructor', 'toString', '__proto__', 'hasOwnProperty', ''];
    for (const name of names) {
      const body = `${JSON.stringify(good()).slice(0, -1)},${JSON.stringify(name)}:1}`;
      const { status, json } = await sendRaw(body);
      expect([name, status]).toEqual([name, 400]);
      expect(Object.entries(json.error.details ?? {})).toEqual([[name, 'is not a known field']]);
    }
  });

  test('an unknown field of the config is named, with any name', async () => {
    const names = ['api_kye', 'constructor', '__proto__', 'toString'];
    for (const name of names) {
      const config = `{"api_key":"${canary()}",${JSON.stringify(name)}:{}}`;
      const { config: _config, ...rest } = good();
      const { status, json } = await sendRaw(
        `${JSON.stringify(rest).slice(0, -1)},"config":${config}}`,
      );
      expect([name, status]).toEqual([name, 400]);
      expect(json.error.details).toEqual({ [`config.${name}`]: 'is not a known field' });
    }
  });

  test.each([
    ['type', undefined, 'cannot be blank'],
    ['type', null, 'cannot be blank'],
    ['type', '', 'cannot be blank'],
    ['type', '  ', 'cannot be blank'],
    ['type', 1, 'must be text'],
    ['type', {}, 'must be text'],
    ['type', `secret ${canary()}`, 'is not a known connection type'],
    ['config', undefined, 'cannot be blank'],
    ['config', null, 'cannot be blank'],
    ['config', [], 'must be an object'],
    ['config', canary(), 'must be an object'],
    ['config', 5, 'must be an object'],
    ['config', { api_key: 5 }, 'must be text'],
    ['config', { api_key: ' ' }, 'cannot be blank'],
    ['config', { api_key: '' }, 'cannot be blank'],
    ['config', { api_key: { value: canary() } }, 'must be text'],
    ['config', { api_key: `${canary()}\u0000` }, 'cannot hold the character U+0000'],
    ['config', { api_key: `${canary()}\ud800` }, 'is not well-formed text'],
    ['config', { api_key: canary(), url: `${canary()}` }, 'must be an absolute http or https URL'],
    ['name', ' \t\n', 'cannot be blank'],
    ['name', '', 'cannot be blank'],
    ['name', 5, 'must be text'],
    ['name', true, 'must be text'],
    ['name', ['x'], 'must be text'],
    ['name', `a\u0000b`, 'cannot hold the character U+0000'],
    ['name', 'a\ud800b', 'is not well-formed text'],
    ['name', '\udc00', 'is not well-formed text'],
    ['name', 'x'.repeat(121), 'cannot be longer than 120 characters'],
  ])('%s: %j is 400: %s', async (name, value, complaint) => {
    const { status, json } = await sendRaw(JSON.stringify({ ...good(), [name]: value }));
    expect(status).toBe(400);
    expect(Object.values(json.error.details ?? {})).toEqual([complaint]);
    expect(Object.keys(json.error.details ?? {})[0]?.split('.')[0]).toBe(name);
  });
});

describe('POST', () => {
  const post = (body: unknown) => server.rest<Failure>('POST', '/v1/connections', { body });

  test.each([
    [undefined, 'cannot be blank'],
    [null, 'cannot be blank'],
    ['', 'must be a UUID'],
    ['x', 'must be a UUID'],
    [5, 'must be a UUID'],
    [`${randomUUID()} `, 'must be a UUID'],
    [`{${randomUUID()}}`, 'must be a UUID'],
    [randomUUID().replaceAll('-', ''), 'must be a UUID'],
    [`${randomUUID()}\u0000`, 'must be a UUID'],
  ])('project_id: %j is 400', async (project_id, complaint) => {
    const { status, json } = await post({ ...newConnection(server), project_id });
    expect(status).toBe(400);
    expect(json.error.details).toEqual({ project_id: complaint });
  });

  test('every offending field is named at once', async () => {
    const type = 'dynamiq.connections.PostgreSQL';
    const config = { host: '', port: 0, user: 5, database: 'd\u0000', extra: canary() };
    const { status, json } = await post({ name: ' ', project_id: 'x', type, config, extra: 1 });
    expect(status).toBe(400);
    expect(json.error.details).toEqual({
      name: 'cannot be blank',
      project_id: 'must be a UUID',
      extra: 'is not a known field',
      'config.host': 'cannot be blank',
      'config.port': 'must be an integer from 1 to 65535',
      'config.user': 'must be text',
      'config.database': 'cannot hold the character U+0000',
      'config.password': 'cannot be blank',
      'config.extra': 'is not a known field',
    });
  });

  test('an empty object is 400 at every required field', async () => {
    const { json } = await post({});
    expect(Object.keys(json.error.details ?? {}).sort()).toEqual([
      'config',
      'name',
      'project_id',
      'type',
    ]);
  });

  test('a bad field of the config is named when the project is missing too', async () => {
    const { name, type } = newConnection(server);
    const { json } = await post({ name, type, config: {} });
    expect(Object.keys(json.error.details ?? {}).sort()).toEqual(['config.api_key', 'project_id']);
  });
});
