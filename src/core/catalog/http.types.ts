import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { apiKey, choice, url } from './fields.ts';
import { requestParts } from './http.fields.ts';

const http = typesOf('http');

/** Any HTTP endpoint. */
export const httpTypes: readonly ConnectionType[] = [
  http('HttpApiKey', 'HTTP API key', [apiKey, url('url')]),
  http('Http', 'HTTP', [
    url('url'),
    choice('method', ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']),
    ...requestParts,
  ]),
];
