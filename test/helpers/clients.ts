import { guard } from './canary.ts';
import { type Answer, send } from './http.ts';

export type RestOptions = {
  /** An access key; null for none. The default is the server's admin key. */
  key?: string | null | undefined;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
};

export type GraphqlAnswer<Data> = Answer & {
  data: Data;
  errors: GraphqlError[];
  extensions: Record<string, unknown> | undefined;
};

export type GraphqlError = {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown>;
};

/** With this media type a refused operation has an error status; with plain JSON it is 200. */
export const graphqlJson = 'application/graphql-response+json';

/** A client of `/v1`. */
export function restClient(url: string, ownKey: string) {
  return async <Json = unknown>(method: string, path: string, options: RestOptions = {}) => {
    const { key = ownKey, body, headers = {} } = options;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await send<Json>(url, {
      method,
      path,
      headers: { ...authorization(key), ...jsonHeaders(sent), ...headers },
      body: sent,
      mayHoldSecrets: method === 'POST' && /\/(credentials|connect\/tokens)(\?|$)/.test(path),
    });
    guardMade(answer.text);
    return answer;
  };
}

/** A client of `/graphql`. The guard searches for keys that an operation returns from then on. */
export function graphqlClient(url: string, ownKey: string) {
  return async <Data = Record<string, never>>(
    document: string,
    variables: Record<string, unknown> = {},
    key: string | null | undefined = ownKey,
  ): Promise<GraphqlAnswer<Data>> => {
    const body = JSON.stringify({ query: document, variables });
    const answer = await send<GraphqlAnswer<Data> | undefined>(url, {
      method: 'POST',
      path: '/graphql',
      headers: { ...authorization(key), ...jsonHeaders(body), accept: graphqlJson },
      body,
      mayHoldSecrets:
        /\b(fetchCredentials|resolveCredentials|create(AccessKey|PersonalAccessToken|ConnectToken))\b/.test(
          document,
        ),
    });
    guardMade(answer.text);
    const { data, errors = [], extensions } = answer.json ?? ({} as Partial<GraphqlAnswer<Data>>);
    return { ...answer, data: data as Data, errors, extensions };
  };
}

/** The secret part of a connect token is its signature. */
function guardMade(text: string): void {
  for (const [made] of text.matchAll(/(?:acc|pat)_[0-9A-Za-z]{64}/g)) guard(made);
  for (const [, signature = ''] of text.matchAll(/\beyJ[\w-]+\.[\w-]+\.([\w-]{24,})/g)) {
    guard(signature);
  }
}

export function authorization(key: string | null): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

function jsonHeaders(body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  const length = String(Buffer.byteLength(body));
  return { 'content-type': 'application/json', 'content-length': length };
}
