import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { authorization } from '../helpers/clients.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const id = '00000000-0000-7000-8000-000000000000';
const form = 'application/x-www-form-urlencoded';

const routes = [
  ['/graphql', 'POST', 'application/json'],
  ['/v1/connections', 'POST', 'application/json'],
  ['/v1/oauth2/undo', 'POST', form],
  [`/connect/${id}/confirm`, 'POST', form],
  [`/connect/${id}/requirements/${id}/credentials`, 'POST', form],
] as const;

const body = '{"query":"{ viewer { kind } }"}';

describe.each(routes)('%s', (path, method, type) => {
  const post = (headers: Record<string, string>, sent: string | Buffer = body) =>
    server.send<{ error?: { code: string } }>({
      method,
      path,
      body: sent,
      headers: { host: 'a', ...authorization(server.adminKey), 'content-type': type, ...headers },
    });

  test.each(['gzip', 'br', 'deflate', 'GZIP, identity', 'x-unknown'])(
    'refuses the encoding %s with 415',
    async (encoding) => {
      const { status } = await post({ 'content-encoding': encoding }, gzipSync(body));
      expect(status).toBe(415);
    },
  );

  test.each(['latin1', 'ISO-8859-1', '"utf-16"', 'utf-16le', 'windows-1252'])(
    'refuses the charset %s with 415',
    async (charset) => {
      expect((await post({ 'content-type': `${type}; Charset=${charset}` })).status).toBe(415);
    },
  );

  test.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'us-ascii'])(
    'reads the charset %s',
    async (charset) => {
      const { status } = await post({
        'content-type': `${type}; charset=${charset}`,
        'content-encoding': 'identity',
      });
      expect(status).not.toBe(415);
    },
  );
});
