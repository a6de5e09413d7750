import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { App } from '../../src/platform/db/generated/client.ts';
import { authorization } from './clients.ts';
import type { TestServer } from './server.ts';

const document = `mutation ($input: CreateConnectTokenInput!) {
  createConnectToken(input: $input) {
    __typename
    ... on ConnectToken { token url expiresAt }
    ... on UserError { code message }
    ... on InvalidInputError { fields { path message } }
  }
}`;

export type Minted = {
  __typename: string;
  token: string;
  url: string;
  expiresAt: string;
  code?: string;
  fields?: { path: string; message: string }[];
};

/** The result of `createConnectToken` on the management host. */
export async function askForToken(
  server: Pick<TestServer, 'graphql'>,
  input: { appId?: string; userId: unknown },
  key?: string | null,
) {
  type Data = { createConnectToken: Minted };
  const answer = await server.graphql<Data | undefined>(document, { input }, key);
  return { ...answer, minted: answer.data?.createConnectToken };
}

/** Makes a connect token with a key. */
export async function mintToken(
  server: Pick<TestServer, 'graphql'>,
  { id: appId }: Pick<App, 'id'>,
  userId = 'ann',
  key?: string,
): Promise<string> {
  const { minted, text } = await askForToken(server, { appId, userId }, key);
  if (minted?.token === undefined) throw new Error(`No token was made: ${text}`);
  return minted.token;
}

export type RestToken = { token: string; url: string; expires_at: string };

/** Sends `POST /v1/connect/tokens` on an app's hostname, by default without a key. */
export function postToken(
  server: TestServer,
  { hostname }: Pick<App, 'hostname'>,
  body: unknown = { user_id: 'ann' },
  options: { key?: string | null; headers?: Record<string, string> } = {},
) {
  const { key = null, headers = {} } = options;
  const sent = { key, body, headers: { host: hostname, ...headers } };
  return server.rest<RestToken>('POST', '/v1/connect/tokens', sent);
}

/** The claims of a token, unverified. */
export function readToken(token: string) {
  return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
}

/** The responses of REST and GraphQL to this credential. */
export async function present(server: TestServer, credential: string) {
  const headers = authorization(credential);
  const query = '{ viewer { kind userId role organization { id } project { id } } }';
  const body = JSON.stringify({ query });
  const type = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const [graphql, rest] = await Promise.all([
    server.send<{ data?: { viewer: Record<string, unknown> } }>({
      method: 'POST',
      path: '/graphql',
      headers: { ...headers, ...type },
      body,
    }),
    server.send({ method: 'GET', path: '/v1/openapi.json', headers }),
  ]);
  return { graphql, rest };
}

/** Whether REST and GraphQL accept a token; both must agree. */
export async function isTaken(server: TestServer, token: string): Promise<boolean> {
  const { graphql, rest } = await present(server, token);
  if (graphql.status !== rest.status) throw new Error(`${graphql.status} is not ${rest.status}.`);
  if (graphql.status !== 200 && graphql.status !== 401) throw new Error(graphql.text);
  return graphql.status === 200;
}
