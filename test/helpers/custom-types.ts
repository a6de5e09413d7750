import { randomUUID } from 'node:crypto';
import { seedApp } from './apps.ts';
import type { TestServer } from './server.ts';

/** A result of the mutations on connection types. */
export type TypeResult = {
  __typename: string;
  type?: string;
  version?: number;
  origin?: string;
  hosts?: string[];
  definition?: Record<string, unknown> | null;
  unconfirmed?: string[];
  message?: string;
  details?: Record<string, number> | null;
  fields?: { path: string; message: string }[];
  affectedCount?: number;
  affected?: { id: string }[];
  connectionType?: { type: string; version: number };
};

export type Definition = Record<string, unknown> & { type: string; fields: object[] };

const failures = '__typename ... on ConflictError { details } ... on UserError { message }';
const invalid = '... on InvalidInputError { fields { path message } }';
const selections = {
  createConnectionType: `${failures} ${invalid}
    ... on ConnectionType { type version origin hosts definition unconfirmed }`,
  updateConnectionType: `${failures} ${invalid}
    ... on ConnectionTypeUpdate { affectedCount affected { id } connectionType { type version } }`,
  deleteConnectionType: `${failures} ... on DeletedConnectionType { type }`,
};

/** A new name of a type. */
export function uniqueType(): string {
  return `custom.T${randomUUID().replaceAll('-', '')}`;
}

/** The definition of a type with one secret and two public fields. */
export function acme(changes: Partial<Definition> = {}): Definition {
  return {
    type: uniqueType(),
    label: 'Acme',
    fields: [
      { name: 'api_key', kind: 'string', required: true, secret: true },
      { name: 'region', kind: 'string' },
      { name: 'note', kind: 'string' },
    ],
    ...changes,
  };
}

/** The mutations on connection types, as a server's client. */
export function typeMutations({ graphql }: TestServer) {
  type Input = Record<string, unknown>;
  const mutate = async (name: keyof typeof selections, input: Input, key?: string) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation($input: ${type}!) { result: ${name}(input: $input) { ${selections[name]} } }`;
    const { data, text } = await graphql<{ result: TypeResult }>(document, { input }, key);
    if (data?.result === undefined) throw new Error(text);
    return data.result;
  };
  return {
    create: (input: Input, key?: string) => mutate('createConnectionType', input, key),
    update: (input: Input, key?: string) => mutate('updateConnectionType', input, key),
    remove: (type: string, key?: string) => mutate('deleteConnectionType', { type }, key),
  };
}

/** Creates a type of the organization; returns its definition. */
export async function createType(
  server: TestServer,
  changes: Partial<Definition> = {},
  projectId?: string,
): Promise<Definition> {
  const definition = acme(changes);
  const result = await typeMutations(server).create({ definition, projectId });
  if (result.__typename !== 'ConnectionType') throw new Error(JSON.stringify(result));
  return definition;
}

/** Creates an app with a requirement of a type, through the API; returns the id of the requirement. */
export async function requireType(
  server: TestServer,
  projectId: string,
  type: string,
): Promise<string> {
  const { id: appId } = await seedApp(server.deps.db, projectId);
  const input = { appId, name: type, kind: 'CONNECTION', title: 'Your key', spec: { type } };
  const { data, text } = await server.graphql<{ result: { id?: string } }>(
    'mutation($input: CreateRequirementInput!) { result: createRequirement(input: $input) { ... on Requirement { id } } }',
    { input },
  );
  if (data.result.id === undefined) throw new Error(text);
  return data.result.id;
}
