import { randomUUID } from 'node:crypto';
import { authenticate } from '../../src/core/access/authenticate.ts';
import { requireEndUser } from '../../src/core/access/roles.ts';
import type { ConnectTokenViewer } from '../../src/core/access/viewer.ts';
import { seedApp, seedRequirement } from './apps.ts';
import { guard } from './canary.ts';
import { mintToken, postToken } from './connect-tokens.ts';
import { openAi } from './connections.ts';
import type { TestServer } from './server.ts';

/** Stores an app of the server's project; returns its id. */
export async function makeApp(
  { deps, home }: TestServer,
  changes?: Parameters<typeof seedApp>[2],
): Promise<string> {
  return (await seedApp(deps.db, home.projectId, changes)).id;
}

/** Stores a requirement, by default of an OpenAI key; returns its id. */
export async function makeRequirement(
  { deps }: TestServer,
  appId: string,
  changes?: Parameters<typeof seedRequirement>[2],
): Promise<string> {
  return (await seedRequirement(deps.db, appId, changes)).id;
}

/** A connect token with its server and its viewer. */
export type EndUser = { server: TestServer; token: string; viewer: ConnectTokenViewer };

/** Makes a new connect token for a user of an app. */
export async function openEndUser(
  server: TestServer,
  appId: string,
  userId: string = randomUUID(),
  via: ConnectTokenViewer['via'] = 'key',
): Promise<EndUser> {
  const token =
    via === 'key'
      ? await mintToken(server, { id: appId }, userId)
      : await mintAnonymously(server, appId, userId);
  const viewer = requireEndUser(await authenticate(server.deps, `Bearer ${token}`));
  return { server, token, viewer };
}

async function mintAnonymously(server: TestServer, appId: string, userId: string): Promise<string> {
  const app = await server.deps.db.app.findUniqueOrThrow({ where: { id: appId } });
  const { json, text } = await postToken(server, app, { user_id: userId });
  if (json?.token === undefined) throw new Error(`No token was made: ${text}`);
  return guard(json.token);
}

/** The result of a call. */
export type Ended = { status: number; text: string; details?: Record<string, string> };

const base = '/v1/connect/requirements';

/** Calls the connect API. */
export function call<Json = unknown>(
  { server, token }: EndUser,
  method: string,
  path: string,
  body?: unknown,
) {
  return server.rest<Json>(method, `${base}${path}`, { key: token, body });
}

async function ended(calling: ReturnType<typeof call>): Promise<Ended> {
  const { status, text, json } = await calling;
  const { details } = (json as { error?: { details?: Record<string, string> } }).error ?? {};
  return { status, text, ...(details && { details }) };
}

/** Submits credentials for a requirement. */
export function submit(
  user: EndUser,
  requirementId: string,
  config: Record<string, string>,
  type = openAi,
): Promise<Ended> {
  const path = `/${encodeURIComponent(requirementId)}/credentials`;
  return ended(call(user, 'POST', path, { type, config }));
}

export function disconnect(user: EndUser, requirementId: string): Promise<Ended> {
  return ended(call(user, 'DELETE', `/${encodeURIComponent(requirementId)}/credentials`));
}

const authorizeDocument = `mutation($input: AuthorizeRequirementInput!) {
  answer: authorizeRequirement(input: $input) { __typename
    ... on Authorization { url expiresAt } ... on UserError { code message }
    ... on InvalidInputError { fields { path message } } } }`;

export type Begun = {
  __typename: string;
  url?: string;
  message?: string;
  fields?: { path: string; message: string }[];
};

/** Tries to begin a consent or a link at Pipedream; returns the result or the error. */
export async function tryToBegin(
  { server, token }: EndUser,
  requirementId: string,
  redirectUrl?: string,
): Promise<Begun> {
  const input = { requirementId, redirectUrl };
  type Data = { answer: Begun };
  const { data, text } = await server.graphql<Data | undefined>(
    authorizeDocument,
    { input },
    token,
  );
  if (data === undefined) throw new Error(`There was no answer: ${text}`);
  return data.answer;
}

/** Begins a consent or a link at Pipedream, which must succeed; returns the provider's address. */
export async function begin(user: EndUser, requirementId: string, redirectUrl?: string) {
  const { url, message } = await tryToBegin(user, requirementId, redirectUrl);
  if (url === undefined) throw new Error(`It did not begin: ${message}`);
  const state = new URL(url).searchParams.get('state'); // Pipedream has none
  if (state !== null) guard(state);
  return url;
}

/** The status of a requirement for the user. */
export async function statusOf(user: EndUser, requirementId: string): Promise<string | undefined> {
  type Json = { data: { id: string; status: string }[] };
  const { status, text, json } = await call<Json>(user, 'GET', '/status');
  if (status !== 200) throw new Error(`There is no status: ${text}`);
  return json.data.find(({ id }) => id === requirementId)?.status;
}

/** Finds the stored link of a requirement. */
export function linkOf({ server, viewer }: EndUser, requirementId: string) {
  const where = { endUserId: viewer.endUserId, requirementId };
  return server.deps.db.endUserLink.findFirst({ where, include: { connection: true } });
}

const deleteDocument = `mutation($input: DeleteEndUserInput!) {
  answer: deleteEndUser(input: $input) { __typename ... on DeletedEndUser { userId links } } }`;

/** Deletes a user as an admin. */
export async function deleteEndUser(server: TestServer, appId: string, userId: string) {
  type Data = { answer: { __typename: string; links?: number } };
  return server.graphql<Data>(deleteDocument, { input: { appId, userId } });
}
