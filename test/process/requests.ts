import { request } from 'undici';
import { adminKey } from '../helpers/process.ts';

/** Where to send: a server, or anything else at an address. */
export type Target = { url: string };

export type Answer = { status: number; headers: Headers; text: string };

type Sent = {
  /** The bearer credential; the admin's when left out, none when null. */
  key?: string | null;
  /** Sent as it is when a string, otherwise as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
};

/** Sends a request and returns the whole response with any status; takes a third of the time of `fetch`. */
export async function send(
  { url }: Target,
  route: string,
  { key = adminKey, body, headers }: Sent = {},
): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ', 2);
  const answer = await request(`${url}${path}`, {
    method,
    headers: {
      Accept: '*/*',
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: headersOf(answer.headers), text };
}

function headersOf(received: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(received)) {
    for (const value of [values ?? []].flat()) headers.append(name, value);
  }
  return headers;
}

/** The `data` of a response, in the type that the test expects. */
export function dataOf<Data>({ text }: Answer): Data {
  return (JSON.parse(text) as { data: Data }).data;
}

/** Sends an operation to `/graphql`. */
export function sendOperation(
  target: Target,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  return send(target, 'POST /graphql', { body: { query, variables } });
}

/** The body that stores an OpenAI key. */
export function openAi(projectId: string, name: string, apiKey = 'a secret') {
  const type = 'dynamiq.connections.OpenAI';
  return { project_id: projectId, name, type, config: { api_key: apiKey } };
}

/** Stores a connection over REST; returns its id. */
export async function storeOpenAi(
  target: Target,
  projectId: string,
  name: string,
  apiKey: string,
  key = adminKey,
): Promise<string> {
  const body = openAi(projectId, name, apiKey);
  const answer = await send(target, 'POST /v1/connections', { key, body });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return dataOf<{ id: string }>(answer).id;
}

/** Fetches the `api_key` of a connection over REST. */
export async function fetchApiKey(target: Target, id: string, key = adminKey): Promise<string> {
  const answer = await send(target, `POST /v1/connections/${id}/credentials`, { key });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return dataOf<{ config: { api_key: string } }>(answer).config.api_key;
}
