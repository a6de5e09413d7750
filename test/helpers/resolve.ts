import type { TestServer } from './server.ts';

/** One item of `resolveCredentials`: credentials or an error. */
export type Resolved = {
  __typename: string;
  connectionId?: string | null;
  type?: string;
  config?: Record<string, unknown>;
  expiresAt?: string | null;
  code?: string;
  message?: string;
};

const document = `mutation($input: ResolveCredentialsInput!) { answer: resolveCredentials(input: $input) {
  __typename
  ... on ResolvedCredentials { items { __typename
    ... on Credentials { connectionId type config expiresAt } ... on UserError { code message } } }
  ... on InvalidInputError { fields { path message } } } }`;

export type ResolveInput = { appId?: string; userId?: string; references: object[] };

/** Calls `resolveCredentials`; returns the response. */
export function askResolve(server: Pick<TestServer, 'graphql'>, input: ResolveInput, key?: string) {
  type Answer = { __typename: string; items?: Resolved[]; fields?: object[] };
  return server.graphql<{ answer: Answer } | undefined>(document, { input }, key);
}

/** Calls `resolveCredentials`, which must succeed; returns its items. */
export async function resolve(
  server: Pick<TestServer, 'graphql'>,
  input: ResolveInput,
  key?: string,
): Promise<Resolved[]> {
  const { data, text } = await askResolve(server, input, key);
  if (data?.answer.items === undefined) throw new Error(`Nothing was resolved: ${text}`);
  return data.answer.items;
}
