import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { subscribe } from '../helpers/subscription.ts';

const server = useServer({ env: { LIMIT_REQUEST_SECONDS: '2' } });

/** Sends the start, then a byte every tenth of a second until the server closes; returns the response. */
async function trickle(start: string) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const begun = performance.now();
  const said = readAll(socket);
  await once(socket, 'connect');
  socket.write(start);
  const timer = setInterval(() => socket.writable && socket.write('a'), 100);
  const text = await said;
  clearInterval(timer);
  return { text, seconds: (performance.now() - begun) / 1_000 };
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined); // the server closed it during a write
  await once(socket, 'close');
  return text;
}

const head = (path: string, type: string) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n`;

describe('a request that does not end in time is 408, and its connection is closed', () => {
  test.each([
    ['a body of GraphQL', `${head('/graphql', 'application/json')}Content-Length: 1000000\r\n\r\n`],
    [
      'a chunked body of GraphQL',
      `${head('/graphql', 'application/json')}Transfer-Encoding: chunked\r\n\r\nffff\r\n`,
    ],
    [
      'a body of REST',
      `${head('/v1/connections', 'application/json')}Authorization: Bearer KEY\r\nContent-Length: 9999\r\n\r\n`,
    ],
    [
      'a form of the connect page',
      `${head('/connect', 'application/x-www-form-urlencoded')}Content-Length: 9999\r\n\r\n`,
    ],
    ['headers', 'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: '],
  ])('%s', async (_what, start) => {
    const { text, seconds } = await trickle(start.replace('KEY', server.adminKey));
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toMatch(/^Connection: close\r$/im);
    expect(text).toContain('"code":"request_timeout"');
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(6);
  });

  test('a slow request is not logged as an error of the server', () => {
    expect(server.logged().filter(({ err }) => err !== undefined)).toEqual([]);
  });

  test('a connection closes when its body goes on after the response', async () => {
    const start = `${head('/v1/nothing', 'application/json')}Content-Length: 9999\r\n\r\n`;
    const { text, seconds } = await trickle(start);
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(seconds).toBeLessThan(6);
  });
});

test('a slow body within the limit and a stream beyond the limit are not closed', async () => {
  const stream = await subscribe(
    server.url,
    'subscription($id: ID!) { connectionChanged(projectId: $id) { kind } }',
    { key: server.adminKey, variables: { id: server.home.projectId } },
  );
  const body = JSON.stringify({ query: '{ viewer { kind } }' });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const said = readAll(socket);
  const start = head('/graphql', 'application/json');
  socket.write(`${start}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (const part of [body.slice(0, 9), body.slice(9)]) {
    await wait(500);
    socket.write(part);
  }
  expect(await said).toMatch(/^HTTP\/1\.1 200 /);
  await wait(3_500);
  await createConnection(server);
  expect(await stream.have(1)).toMatchObject([
    { data: { connectionChanged: { kind: 'CREATED' } } },
  ]);
  stream.close();
});
