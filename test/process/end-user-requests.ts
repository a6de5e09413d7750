import { send } from '../helpers/http.ts';
import { adminKey } from '../helpers/process.ts';
import type { Target } from './requests.ts';

export type Options = {
  /** The bearer credential; the admin's when left out, none when null. */
  key?: string | null;
  /** The hostname of an app; the server's own when left out. */
  host?: string;
  body?: unknown;
  headers?: Record<string, string>;
};

/** A request as a client of an app would send it. */
export async function ask<Json = unknown>(
  { url }: Target,
  route: string,
  { key = adminKey, host, body, headers = {} }: Options = {},
) {
  const [method = '', path = ''] = route.split(' ');
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...(key !== null && { authorization: `Bearer ${key}` }),
    ...(host !== undefined && { host }),
    ...(text !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }),
    ...headers,
  };
  return send<Json>(url, { method, path, headers: all, body: text, mayHoldSecrets: true });
}

export type Result = { __typename: string; id: string; message?: string; [name: string]: unknown };

/** Calls a mutation as the admin; returns its result. */
export async function mutate(
  target: Target,
  name: string,
  input: object,
  selection = '... on UserError { message }',
): Promise<Result> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { result: ${name}(input: $input) { __typename ${selection} } }`;
  const { json, text } = await ask<{ data?: { result: Result } }>(target, 'POST /graphql', {
    body: { query, variables: { input } },
  });
  if (json?.data === undefined) throw new Error(text);
  return json.data.result;
}
