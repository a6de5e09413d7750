import { randomUUID } from 'node:crypto';
import type { TestServer } from './server.ts';

export type Reference = { id: string; kind: string; externalId: string; label: string | null };

/** The response of a mutation: its result or one of its errors. */
export type Outcome<Result> = Result & {
  __typename: string;
  code?: string;
  message?: string;
  fields?: { path: string; message: string }[];
  details?: { references: Reference[] };
};

const failure = '... on UserError { code message }';
const invalid = '... on InvalidInputError { fields { path message } }';

async function mutate<Result>(
  server: TestServer,
  [name, result]: [string, string],
  input: object,
  key?: string,
): Promise<Outcome<Result>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const document = `mutation($input: ${type}) { outcome: ${name}(input: $input) { __typename ${result} ${failure} } }`;
  const answer = await server.graphql<{ outcome: Outcome<Result> }>(document, { input }, key);
  if (answer.errors.length > 0) throw new Error(answer.text);
  return answer.data.outcome;
}

const reference = '... on ConnectionReference { id kind externalId label }';
const added = `${reference} ${invalid}`;

/** Registers a workflow as using a connection, by default a new workflow. */
export function addReference(
  server: TestServer,
  connectionId: string,
  changes: { kind?: string; externalId?: string; label?: string } = {},
  key?: string,
) {
  const input = { connectionId, kind: 'workflow', externalId: randomUUID(), ...changes };
  return mutate<Reference>(server, ['addConnectionReference', added], input, key);
}

export function removeReference(server: TestServer, id: string, key?: string) {
  return mutate<Reference>(server, ['removeConnectionReference', reference], { id }, key);
}

export function replaceConnection(server: TestServer, id: string, withId: string, key?: string) {
  const result = `... on Connection { id } ${invalid}`;
  return mutate<{ id: string }>(server, ['replaceConnection', result], { id, withId }, key);
}

export function deleteConnection(server: TestServer, id: string) {
  const result = '... on DeletedConnection { deletedId } ... on ConflictError { details }';
  return mutate<{ deletedId: string }>(server, ['deleteConnection', result], { id });
}

/** The external ids of a connection's references, newest first. */
export async function externalIdsOf({ deps }: TestServer, connectionId: string): Promise<string[]> {
  const orderBy = [{ createdAt: 'desc' }, { id: 'desc' }] as const;
  const rows = await deps.db.connectionReference.findMany({
    where: { connectionId },
    orderBy: [...orderBy],
  });
  return rows.map(({ externalId }) => externalId);
}
