import { beforeAll, describe, expect, test } from 'vitest';
import { seedApp } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let connectToken: string;
beforeAll(async () => {
  const app = await seedApp(server.deps.db, server.home.projectId, { visibility: 'public' });
  connectToken = await mintToken(server, app);
});

/** Milliseconds: far more than a bounded request takes, far less than an unbounded one. */
const soon = 1_000;

async function ask(body: unknown, key?: string) {
  const begun = performance.now();
  const { status, json, text } = await server.send<{ errors?: { message: string }[] }>({
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(key && { authorization: `Bearer ${key}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  expect(performance.now() - begun).toBeLessThan(soon);
  expect(text.length).toBeLessThan(20_000);
  return { status, message: json.errors?.[0]?.message ?? '', errors: json.errors ?? [] };
}

const withInput = (type: string, field: string) =>
  `mutation($input: ${type}!) { ${field}(input: $input) { __typename } }`;
const submit = withInput('SubmitRequirementCredentialsInput', 'submitRequirementCredentials');
const create = withInput('CreateConnectionInput', 'createConnection');
const resolve = withInput('ResolveCredentialsInput', 'resolveCredentials');

describe('the first wrong variable is named with its path and type', () => {
  test.each([
    [submit, {}, 'Variable "$input" of required type "SubmitRequirementCredentialsInput!" was not'],
    [submit, { input: null }, 'must not be null.'],
    [
      create,
      { input: { projectId: 'x', name: [canary()], type: 't', config: {} } },
      'Variable "$input" has a value at "input.name" that is not of the expected type "String!".',
    ],
    [
      create,
      { input: { projectId: 'x', name: 'n', type: 't', config: canary() } },
      'Variable "$input" has a value at "input.config" that is not of the expected type "JSONObject!".',
    ],
    [
      create,
      { input: { projectId: 'x', type: 't', config: {} } },
      'Variable "$input" lacks the field "input.name" of required type "String!".',
    ],
    [
      create,
      { input: { projectId: 'x', name: 'n', type: 't', config: {}, surplus: canary() } },
      'Variable "$input" has a field "surplus" at "input" that the type "CreateConnectionInput" does not have.',
    ],
    [
      resolve,
      { input: { references: [{ connectionId: 'x' }, { connectionId: [canary()] }] } },
      'Variable "$input" has a value at "input.references[1].connectionId" that is not of the expected type "ID".',
    ],
    [
      resolve,
      { input: { references: [{ connectionId: 'x', requirementId: canary() }] } },
      'at "input.references[0]" that is not of the expected type "CredentialReference!": exactly one field must be given.',
    ],
    [
      resolve,
      { input: { references: [null] } },
      'at "input.references[0]" that is not of the expected type "CredentialReference!".',
    ],
    [
      withInput('CreateAccessKeyInput', 'createAccessKey'),
      { input: { name: 'n', role: canary() } },
      'at "input.role" that is not of the expected type "Role!".',
    ],
    [
      withInput('CreateAccessKeyInput', 'createAccessKey'),
      { input: { name: 'n', role: 'VIEWER', expiresAt: canary() } },
      'at "input.expiresAt" that is not of the expected type "DateTime".',
    ],
    [
      withInput('CreateProjectInput', 'createProject'),
      { input: { name: 'n', redirectUrls: ['https://a.example', canary()] } },
      'at "input.redirectUrls[1]" that is not of the expected type "URL!".',
    ],
    [
      'subscription($id: ID!) { connectionChanged(projectId: $id) { __typename } }',
      { id: { a: canary() } },
      'Variable "$id" has a value at "id" that is not of the expected type "ID!".',
    ],
  ])('%s %o', async (query, variables, message) => {
    const { errors } = await ask({ query, variables }, server.adminKey);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(message);
  });
});

const many = <Value>(count: number, value: (n: number) => Value): [string, Value][] =>
  Array.from({ length: count }, (_, n) => [`k${n}`, value(n)]);

describe('variables with many mistakes are refused at the first mistake', () => {
  const megabyte = 'x'.repeat(1_000_000);

  test.each([
    ['unknown keys', submit, () => Object.fromEntries(many(2_000, () => 'xxxxxxxx'))],
    ['a long key', submit, () => ({ [megabyte]: 1 })],
    ['a long value', submit, () => ({ type: { a: megabyte } })],
    ['a list of wrong items', resolve, () => ({ references: many(9_000, () => 1) })],
    [
      'unknown keys in a list',
      resolve,
      () => ({ references: many(900, () => Object.fromEntries(many(9, () => 1))) }),
    ],
    ['a long date', withInput('CreateAccessKeyInput', 'createAccessKey'), () => megabyte],
  ])('%s', async (_what, query, input) => {
    const { status, message } = await ask({ query, variables: { input: input() } }, connectToken);
    expect(status).toBe(400);
    expect(message).toMatch(
      /^(Variable "\$input" |input cannot|input\.|references cannot|body cannot)/,
    );
  });

  test.each([
    'got invalid value ',
    ' at "',
    'Value "',
    '" does not exist in "',
    ' cannot represent ',
    ', found ',
    'Syntax Error: Unexpected ',
    'got invalid value x at "',
  ])('a variable with text that resembles a message of GraphQL is refused: %s', async (words) => {
    const text = words.repeat(400_000 / words.length);
    const query = 'query($b: Boolean!) { viewer @skip(if: $b) { kind } }';
    const asVariable = await ask({ query, variables: { b: text } });
    expect(asVariable.message).toBe(
      'Variable "$b" has a value at "b" that is not of the expected type "Boolean!".',
    );
    const literal = `{ viewer @skip(if: ${JSON.stringify(text)}) { kind } }`;
    expect((await ask({ query: literal })).message).toBe(
      'Directive "@skip" has a value at "if" that is not of the expected type "Boolean!".',
    );
  });
});

describe('a document that takes long to validate is refused', () => {
  const inViewer = (fields: string) => `{ viewer { ${fields} } }`;
  test.each([
    ['a field repeated', inViewer('kind '.repeat(1_990))],
    ['a field with fields repeated', `{ ${'viewer{kind} '.repeat(490)}}`],
    [
      'a field repeated in fragments',
      `${inViewer('...A ...B ...A ...B')} fragment A on Viewer { ${'kind '.repeat(900)}} fragment B on Viewer { ${'kind '.repeat(900)}}`,
    ],
    ['lines before mistakes', `${'\n'.repeat(500_000)}${inViewer('kin '.repeat(1_900))}`],
    [
      'carriage returns before mistakes',
      `${'\r'.repeat(500_000)}${inViewer('kin '.repeat(1_900))}`,
    ],
    [
      'a long name in many mistakes',
      `query ${'A'.repeat(300_000)}(${many(300, () => 1)
        .map(([name]) => `$${name}: Int`)
        .join(' ')}) { viewer { kind } }`,
    ],
    ['many tokens', '{'.repeat(1_000_000)],
    [
      'unknown fields',
      inViewer(
        many(1_900, () => 1)
          .map(([name]) => `kin${name}`)
          .join(' '),
      ),
    ],
    [
      'unknown types',
      inViewer(
        many(300, () => 1)
          .map(([name]) => `... on Connectio${name} { id }`)
          .join(' '),
      ),
    ],
    [
      'fragments that spread each other',
      `${inViewer('...k0')} ${many(150, (n) => n)
        .map(([name, n]) => `fragment ${name} on Viewer { kind ...k${n + 1} ...k${n + 2} }`)
        .join(' ')}`,
    ],
    [
      'fragments that go in a circle',
      `${inViewer('...k0')} ${many(150, (n) => n)
        .map(
          ([name, n]) =>
            `fragment ${name} on Viewer { kind ...k${(n + 1) % 150} ...k${(n + 2) % 150} }`,
        )
        .join(' ')}`,
    ],
    [
      'a literal nested deeply',
      `{ connections(first: ${'['.repeat(900)}${']'.repeat(900)}) { totalCount } }`,
    ],
  ])('%s', async (_what, query) => {
    for (const key of [undefined, connectToken]) {
      const { status } = await ask({ query }, key);
      expect([400, 401]).toContain(status);
    }
  });

  test('at most 20 mistakes are listed, with a note that there are more', async () => {
    const unknown = many(300, () => 1).map(([name]) => name);
    const { errors } = await ask({ query: inViewer(unknown.join(' ')) });
    expect(errors).toHaveLength(21);
    expect(errors[20]?.message).toContain('Too many validation errors');
  });

  test('a field that is selected 200 times is accepted', async () => {
    const { status } = await ask({ query: inViewer('kind '.repeat(200)) });
    expect(status).toBe(200);
  });
});

describe('text whose normalization takes the square of its length is refused at once', () => {
  const marks = `a${'\u0301\u0316'.repeat(160_000)}`;

  test.each([
    ['the default of a variable', `query($u: URL = "http://${marks}") { viewer { kind } }`],
    [
      'a fragment that nothing uses',
      `{ viewer { kind } } fragment f on Mutation { createProject(input: { name: "a", redirectUrls: ["http:${marks}"] }) { __typename } }`,
    ],
  ])('in a URL without a credential: %s', async (_what, query) => {
    expect((await ask({ query })).errors).not.toEqual([]);
  });

  test.each([
    [
      'a URL',
      'mutation($v: URL) { authorizeRequirement(input: { requirementId: "a", redirectUrl: $v }) { __typename } }',
      `https://${marks}/`,
    ],
    ['a hostname', 'query($v: String) { app(hostname: $v) { id } }', marks],
    ['a search', 'query($v: String) { connectionTypes(search: $v) { type } }', marks],
  ])('in a variable: %s', async (_what, query, v) => {
    await ask({ query, variables: { v } }, connectToken);
    await ask({ query, variables: { v } }, server.adminKey);
  });
});
