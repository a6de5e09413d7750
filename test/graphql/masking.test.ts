import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { createConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

/*
 * The values below are canaries: the test client fails when a response holds one. So each
 * test shows that the mistake is reported without its value.
 */

const server = useServer();

const q = () => JSON.stringify(canary());

const create = (input: string) =>
  `mutation { createConnection(input: { ${input} }) { __typename } }`;

describe('a literal of the wrong type is refused and not repeated', () => {
  test.each([
    ['an Int', () => `{ connections(first: ${q()}) { totalCount } }`],
    ['an Int in a list', () => `{ connections(first: [${q()}]) { totalCount } }`],
    ['a Boolean', () => `{ connections(filter: {includeSystem: ${q()}}) { totalCount } }`],
    ['an enum, quoted', () => `{ connections(filter: {status: ${q()}}) { totalCount } }`],
    ['an ID', () => `{ connection(id: {a: ${q()}}) { id } }`],
    ['a String', () => `{ connectionType(type: [{a: ${q()}}]) { type } }`],
    ['a JSONObject', () => create(`projectId: "x", name: "n", type: "t", config: ${q()}`)],
    [
      'a JSONObject in a list',
      () => create(`projectId: "x", name: "n", type: "t", config: [${q()}]`),
    ],
    ['an input object', () => `mutation { createConnection(input: ${q()}) { __typename } }`],
    ['a missing field beside it', () => create(`name: ${q()}, config: {api_key: ${q()}}`)],
    ['a DateTime', () => key(`expiresAt: ${q()}`)],
    ['a DateTime as an object', () => key(`expiresAt: {a: ${q()}}`)],
    ['a URL', () => project(`redirectUrls: [${q()}]`)],
    ['a URL with a password', () => project(`redirectUrls: ["http://user:${canary()}@[::"]`)],
    [
      'a role',
      () => `mutation { createAccessKey(input: {name: "n", role: ${q()}}) { __typename } }`,
    ],
  ])('%s', async (_what, document) => {
    const { status, errors, text } = await server.graphql(document());
    expect([status, text]).toEqual([400, text]);
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.message.length).toBeGreaterThan(10);
  });

  const key = (fields: string) =>
    `mutation { revokeAccessKey(input: {id: "x"}) { __typename } createAccessKey(input: {name: "n", role: VIEWER, ${fields}}) { __typename } }`;
  const project = (fields: string) =>
    `mutation { createProject(input: {name: "n", ${fields}}) { __typename } }`;
});

describe('a variable of the wrong type is refused and not repeated', () => {
  const input = (type: string, field: string) =>
    `mutation($input: ${type}!) { ${field}(input: $input) { __typename } }`;
  const createDocument = input('CreateConnectionInput', 'createConnection');
  const keyDocument = input('CreateAccessKeyInput', 'createAccessKey');
  const good = () => ({ projectId: 'x', name: 'n', type: 't' });

  test.each([
    ['a config of text', createDocument, () => ({ ...good(), config: canary() })],
    ['a config in a list', createDocument, () => ({ ...good(), config: [canary()] })],
    ['an unknown field', createDocument, () => ({ ...good(), config: {}, secret: canary() })],
    ['a name in a list', createDocument, () => ({ ...good(), name: [canary()], config: {} })],
    ['a missing field', createDocument, () => ({ config: { api_key: canary() } })],
    ['text for the whole input', createDocument, () => canary()],
    ['a list for the whole input', createDocument, () => [canary(), canary()]],
    ['a role', keyDocument, () => ({ name: 'n', role: canary() })],
    ['a role as an object', keyDocument, () => ({ name: 'n', role: { a: canary() } })],
    ['a date', keyDocument, () => ({ name: 'n', role: 'VIEWER', expiresAt: canary() })],
    [
      'a date in the future, nearly',
      keyDocument,
      () => ({ name: 'n', role: 'VIEWER', expiresAt: `2099-01-01T00:00:00Z ${canary()}` }),
    ],
    [
      'words that look like GraphQL’s own',
      createDocument,
      () => ({ ...good(), config: `x at "${canary()}"; Expected` }),
    ],
    ['lines', createDocument, () => ({ ...good(), config: `\n${canary()}\n; \n${canary()}` })],
  ])('%s', async (_what, document, value) => {
    const { status, errors } = await server.graphql(
      document.replace('createAccessKey', 'key: createAccessKey'),
      { input: value() },
    );
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.message).toContain('$input');
  });

  test.each([
    ['query($x: Int) { connections(first: $x) { totalCount } }', () => canary()],
    ['query($x: Int) { connections(first: $x) { totalCount } }', () => ({ a: canary() })],
    ['query($x: ID!) { connection(id: $x) { id } }', () => ({ a: canary() })],
    [
      'query($x: ConnectionStatus) { connections(filter: {status: $x}) { totalCount } }',
      () => canary(),
    ],
    [
      'query($x: [URL!]) { __typename @skip(if: false) a: viewer { kind } b: connections(first: $x) { totalCount } }',
      () => [canary()],
    ],
  ])('%s', async (document, value) => {
    const { status } = await server.graphql(document, { x: value() });
    expect(status).toBe(400);
  });
});

describe('a syntax error does not repeat the document', () => {
  test.each([
    () => `{ viewer { kind } } ${q()}`,
    () => `{ connection(id: ${q()}`,
    () => `{ connection(id: ${q()} id) { id } }`,
    () => `{ connection(id: "${canary()}`,
    () => `{ connection(id: "${canary()}\n") { id } }`,
    () => `{ connection(id: "\\x${canary()}") { id } }`,
    () => `{ connection(id: "\\u{${canary()}}") { id } }`,
    () => `{ connection(id: "\\u00zz${canary()}") { id } }`,
    () => `{ connection(id: 5${canary().replaceAll('-', '_')}) { id } }`,
    () => `{ connection(id: ${canary().replaceAll('-', '_')}: 1) { id } }`,
    () => `${canary()}`,
    () => `query { a(b: """${canary()}`,
  ])('%#', async (document) => {
    const { status, errors } = await server.graphql(document());
    expect(status).toBe(400);
    expect(errors[0]?.message).toMatch(/^Syntax Error/);
  });
});

type Answer = { createConnection: { fields: { path: string }[] } };

test('a complaint about an input names the fields and not their values', async () => {
  const { errors, data } = await server.graphql<Answer>(
    `mutation($input: CreateConnectionInput!) { createConnection(input: $input) {
      __typename ... on InvalidInputError { message fields { path message } } } }`,
    {
      input: {
        projectId: server.home.projectId,
        name: ' ',
        type: 'dynamiq.connections.PostgreSQL',
        config: { host: { a: canary() }, port: canary(), extra: canary(), password: [canary()] },
      },
    },
  );
  expect(errors).toEqual([]);
  const fields = (data as { createConnection: { fields: { path: string }[] } }).createConnection
    .fields;
  expect(fields.map(({ path }) => path).sort()).toEqual([
    'config.database',
    'config.extra',
    'config.host',
    'config.password',
    'config.port',
    'config.user',
    'name',
  ]);
});

test('a bug is 500 with the request’s id and no detail, which the log has', async () => {
  const { id } = await createConnection(server);
  await server.deps.db.connection.update({ where: { id }, data: { config: new Uint8Array() } });
  const { errors, headers } = await server.graphql(`{ connection(id: "${id}") { config } }`);
  const requestId = headers['x-request-id'];
  expect(errors).toEqual([
    {
      message: `The server failed unexpectedly. Ask its operator to look for request_id ${requestId} in the log.`,
      path: ['connection', 'config'],
      locations: [expect.any(Object)],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    },
  ]);
  const line = server.logged().find((entry) => entry.requestId === requestId && entry.err);
  expect(line).toMatchObject({ err: { type: 'VaultError', stack: expect.any(String) } });
});
