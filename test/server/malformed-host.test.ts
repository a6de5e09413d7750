import { describe, expect, test } from 'vitest';
import { sendRaw } from '../helpers/raw.ts';
import { useServer } from '../helpers/server.ts';

/* Raw requests: no HTTP client would send these. */

const server = useServer();

const body = '{"query":"{ viewer { kind } }"}';
const requests = {
  REST: (host: string) => `GET /health HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
  GraphQL: (host: string) =>
    `POST /graphql HTTP/1.1\r\n${host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
};

describe.each(Object.entries(requests))('%s', (_edge, request) => {
  test('responds to a valid host', async () => {
    expect(await sendRaw(server.url, request('Host: patchbay.example:4000'))).toMatch(
      /^HTTP\/1.1 200 /,
    );
  });

  test.each([
    'Host: bad host',
    'Host: ',
    'Host: [::1',
    'Host: a:99999',
    'Host: a/b',
    'Host: user@a',
    'Host: a\r\nHost: b',
  ])('refuses %j with 400 and no detail of the code', async (host) => {
    const answer = await sendRaw(server.url, request(host));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toMatch(/node_modules|\.js:\d|TypeError/);
    expect(answer).toMatch(/X-Request-Id: /i);
  });
});

test('a repeated Content-Length is 400, and the bytes after it are not read as a request', async () => {
  const first = 'POST /v1/connections HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n';
  const second = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const answer = await sendRaw(
    server.url,
    `${first}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).not.toContain('"status":"ok"');
});
