import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { fetchConfig, uniqueName } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

/* A config as a GraphQL literal, which the scalar parses differently from JSON. */

const server = useServer();

type Result = {
  createConnection: {
    __typename: string;
    id: string;
    fields?: { path: string; message: string }[];
  };
};

const create = (type: string, config: string, variables: object = {}, declared = '') =>
  server.graphql<Result>(
    `mutation${declared} { createConnection(input: {projectId: "${server.home.projectId}",
      name: "${uniqueName()}", type: "dynamiq.connections.${type}", config: ${config}}) {
      __typename ... on Connection { id } ... on InvalidInputError { fields { path message } } } }`,
    { ...variables },
  );

const stored = async (id: string) => (await fetchConfig(server, id)).json.data.config;

test('a config literal is stored like JSON', async () => {
  const secret = canary();
  const { data } = await create(
    'SteelBrowser',
    `{ api_key: "${secret}", model_api_key: """${secret}""", session_config: {
        text: "ü🔑", yes: true, none: null, count: 3, ratio: -1.5e3, list: [1, "a", {b: []}] } }`,
  );
  expect(await stored(data.createConnection.id)).toMatchObject({
    api_key: secret,
    model_api_key: secret,
    session_config: {
      text: 'ü🔑',
      yes: true,
      none: null,
      count: 3,
      ratio: -1500,
      list: [1, 'a', { b: [] }],
    },
  });
});

test('variables inside a config literal are filled in, and an absent one is left out', async () => {
  const key = canary();
  const declared = '($key: String!, $url: String)';
  const given = await create('OpenAI', '{api_key: $key, url: $url}', { key }, declared);
  expect(await stored(given.data.createConnection.id)).toEqual({
    api_key: key,
    url: 'https://api.openai.com/v1',
  });
});

describe('a config literal is refused at its field:', () => {
  test.each([
    ['an unknown field', 'OpenAI', '{api_key: "x", __proto__: {a: 1}}', 'config.__proto__'],
    ['a constructor', 'OpenAI', '{api_key: "x", constructor: 1}', 'config.constructor'],
    ['NUL', 'OpenAI', '{api_key: "a\\u0000b"}', 'config.api_key'],
    ['half a surrogate pair', 'OpenAI', '{api_key: {a: "x"}}', 'config.api_key'],
    ['a number', 'OpenAI', '{api_key: 5}', 'config.api_key'],
    ['an enum value', 'OpenAI', '{api_key: FOO}', 'config.api_key'],
    [
      'an enormous number',
      'PostgreSQL',
      '{host: "h", database: "d", user: "u", password: "p", port: 1e400}',
      'config.port',
    ],
  ])('%s', async (_what, type, config, path) => {
    const { data, errors } = await create(type, config);
    expect(errors).toEqual([]);
    expect(data.createConnection.fields).toMatchObject([{ path }]);
  });
});

test.each([
  ['an enum value', '{a: {b: [1, FOO]}}', 'config.session_config.a.b.1'],
  ['a list of enum values', '{a: [1, A]}', 'config.session_config.a.1'],
  ['a long fraction', '{a: 0.1000000000000000055511151231257827}', 'config.session_config.a'],
  ['a number that JSON cannot hold', '{a: 9007199254740993}', 'config.session_config.a'],
  ['a number that is too large', '{a: -1e400}', 'config.session_config.a'],
  ['many decimals', '{a: 0.10000000000000000001}', 'config.session_config.a'],
])('a config literal with %s in an object is refused at its path', async (_what, value, path) => {
  const config = `{api_key: "k", model_api_key: "m", session_config: ${value}}`;
  const { data } = await create('SteelBrowser', config);
  expect(data.createConnection.fields).toMatchObject([{ path }]);
});

test.each(['1.0', '-0', '1e3', '0.1', '9007199254740992'])(
  'the number %s is accepted because JSON can hold it',
  async (number) => {
    const { data } = await create(
      'SteelBrowser',
      `{api_key: "k", model_api_key: "m",
      session_config: {a: [{b: ${number}}]}}`,
    );
    const config = await stored(data.createConnection.id);
    expect(config).toMatchObject({ session_config: { a: [{ b: Number(number) + 0 }] } });
  },
);

test.each(['9007199254740993', '1e400', '3.14159265358979323846'])(
  'the number %s is refused in a body and in variables',
  async (number) => {
    const path = 'config.data.a.0';
    const config = `{"url": "https://a.example", "method": "GET", "data": {"a": [${number}, 0.1]}}`;
    const type = 'dynamiq.connections.Http';
    const { projectId } = server.home;
    const authorization = `Bearer ${server.adminKey}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const send = async (at: string, body: string) => {
      const sent = await fetch(server.url + at, { method: 'POST', headers, body });
      return { status: sent.status, json: await sent.json() };
    };
    const message = 'is a number that JSON cannot hold exactly: write it as text';
    const rest = await send(
      '/v1/connections',
      `{"name": "n", "project_id": "${projectId}", "type": "${type}", "config": ${config}}`,
    );
    expect(rest).toMatchObject({ status: 400, json: { error: { details: { [path]: message } } } });
    const query = `mutation($input: CreateConnectionInput!) { createConnection(input: $input) {
      __typename ... on InvalidInputError { fields { path message } } } }`;
    const input = `{"name": "n", "projectId": "${projectId}", "type": "${type}", "config": ${config}}`;
    const graphql = await send(
      '/graphql',
      `{"query": ${JSON.stringify(query)}, "variables": {"input": ${input}}}`,
    );
    expect(graphql.json).toMatchObject({
      data: { createConnection: { fields: [{ path, message }] } },
    });
  },
);

test('an update over GraphQL does not change the type, config or name that it leaves out', async () => {
  const secret = canary();
  const { data } = await create('OpenAI', `{api_key: "${secret}"}`);
  const { id } = data.createConnection;
  const update = (fields: string) =>
    server.graphql(`mutation { updateConnection(input: {id: "${id}" ${fields}}) {
      __typename ... on Connection { version name config } ... on InvalidInputError { fields { path } } } }`);
  const name = uniqueName();
  expect((await update(`name: "${name}"`)).data).toMatchObject({
    updateConnection: { version: 2, name },
  });
  expect(await stored(id)).toMatchObject({ api_key: secret });
  expect((await update('config: {url: "https://proxy.example"}')).data).toMatchObject({
    updateConnection: { version: 3, config: { url: 'https://proxy.example' } },
  });
  expect((await update('type: "dynamiq.connections.Anthropic"')).data).toMatchObject({
    updateConnection: { fields: [{ path: 'config' }] },
  });
  expect(await stored(id)).toMatchObject({ api_key: secret });
});
