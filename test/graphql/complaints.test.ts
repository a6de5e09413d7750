import { expect, test } from 'vitest';
import { useServer } from '../helpers/server.ts';

/* A complaint names the field and the expected type, and never the value. */

const server = useServer();

const complaints = async (query: string, variables: object = {}) => {
  const { errors } = await server.graphql(query, { ...variables });
  return (errors ?? []).map(({ message }) => message);
};

const key = (input: string) => `mutation { createAccessKey(input: ${input}) { __typename } }`;
const misfit = (owner: string, path: string, type: string) =>
  `${owner} has a value at "${path}" that is not of the expected type "${type}".`;

test.each([
  ['an ID', '{ connection(id: FOO) { id } }', 'connection', 'id', 'ID!'],
  ['null', '{ connection(id: null) { id } }', 'connection', 'id', 'ID!'],
  ['an Int', '{ connections(first: "5") { totalCount } }', 'connections', 'first', 'Int'],
  [
    'an enum',
    '{ connections(filter: {status: SECRET}) { totalCount } }',
    ...(['connections', 'filter.status', 'ConnectionStatus'] as const),
  ],
  [
    'an enum as text',
    key('{name: "n", role: "SECRET"}'),
    ...(['createAccessKey', 'input.role', 'Role!'] as const),
  ],
  [
    'a DateTime',
    key('{name: "n", role: VIEWER, expiresAt: "SECRET"}'),
    ...(['createAccessKey', 'input.expiresAt', 'DateTime'] as const),
  ],
  ['an object', key('"SECRET"'), 'createAccessKey', 'input', 'CreateAccessKeyInput!'],
  [
    'a JSONObject',
    'mutation { updateConnection(input: {id: "x", config: "SECRET"}) { __typename } }',
    ...(['updateConnection', 'input.config', 'JSONObject'] as const),
  ],
  [
    'a URL in a list',
    'mutation { createProject(input: {name: "n", redirectUrls: ["SECRET"]}) { __typename } }',
    ...(['createProject', 'input.redirectUrls', 'URL!'] as const),
  ],
])(
  'a complaint about a literal that is not %s names the field and the type',
  async (_what, query, field, path, type) => {
    expect(await complaints(query)).toEqual([misfit(`Field "${field}"`, path, type)]);
  },
);

test('a complaint about a default of a variable names the variable and the type', async () => {
  const query = 'query($first: Int = "SECRET") { connections(first: $first) { totalCount } }';
  expect(await complaints(query)).toEqual([misfit('Variable "$first"', 'first', 'Int')]);
});

test('a complaint about a missing or unknown field names the field', async () => {
  expect(await complaints(key('{role: VIEWER, nme: "SECRET"}'))).toEqual([
    'Field "CreateAccessKeyInput.name" of required type "String!" was not provided.',
    'Field "nme" is not defined by type "CreateAccessKeyInput". Did you mean "name"?',
  ]);
});

test.each([
  ['expiresAt', 'SECRET', 'DateTime'],
  ['role', 'SECRET', 'Role!'],
  ['name', { SECRET: 1 }, 'String!'],
  ['projectId', 1.5, 'ID'],
])(
  'a complaint about a variable whose %s is wrong names the path and the type',
  async (name, value, type) => {
    const query = `mutation($input: CreateAccessKeyInput!) {
    createAccessKey(input: $input) { __typename } }`;
    const input = { name: 'n', role: 'VIEWER', [name]: value };
    const path = `input.${name}`;
    expect(await complaints(query, { input })).toEqual([misfit('Variable "$input"', path, type)]);
  },
);
