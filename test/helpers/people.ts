import type { TestServer } from './server.ts';

export type Outcome = {
  __typename: string;
  id?: string;
  secret?: string;
  message?: string;
  fields?: { path: string; message: string }[];
  [field: string]: unknown;
};

const selections: Record<string, string> = {
  createUser: '... on User { id email name role }',
  updateUser: '... on User { id email name role }',
  deleteUser: '... on DeletedUser { deletedId }',
  setProjectRole: '... on User { id role }',
  createPersonalAccessToken:
    '... on CreatedPersonalAccessToken { secret personalAccessToken { id name preview expiresAt lastUsedAt } }',
  revokePersonalAccessToken: '... on PersonalAccessToken { id }',
  createAccessKey: '... on CreatedAccessKey { secret }',
};

/** Calls a mutation about people and credentials, by default with the server's admin key. */
export async function change(
  server: TestServer,
  name: keyof typeof selections,
  input: object,
  key?: string,
): Promise<Outcome> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const fields =
    name.startsWith('delete') || name.startsWith('revoke') || name === 'setProjectRole'
      ? ''
      : '... on InvalidInputError { fields { path message } }';
  const { data, text } = await server.graphql<{ outcome: Outcome } | undefined>(
    `mutation($input: ${type}!) { outcome: ${name}(input: $input) {
      __typename ${selections[name]} ${fields} ... on UserError { message } } }`,
    { input },
    key,
  );
  if (data?.outcome === undefined) throw new Error(text);
  return data.outcome;
}
