import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/server.ts';

const server = useServer({ env: { HOST: '0.0.0.0', PUBLIC_URL: 'http://127.0.0.1:4000' } });

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const ask = (headers: Record<string, string>) =>
  server.send({ method: 'GET', path: '/graphql', headers });

const bytesOf = (encoding: string) => ask({ accept: browser, 'accept-encoding': encoding });

test('is one page in three encodings, each with its own ETag', async () => {
  const plain = await bytesOf('identity');
  expect(plain.text).toContain('Welcome to Patchbay');
  // fetch asks for every encoding, and decodes it.
  const raw = await fetch(`${server.url}/graphql`, { headers: { accept: browser } });
  expect(await raw.text()).toBe(plain.text);
  const tags = new Set([plain.headers.etag]);
  for (const encoding of ['gzip', 'br']) {
    const { headers } = await bytesOf(encoding);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toContain('Accept-Encoding');
    expect(headers['cache-control']).toBe('no-cache');
    expect(Number(headers['content-length'])).toBeLessThan(3_000_000);
    tags.add(headers.etag);
  }
  expect(tags.size).toBe(3);
});

test('is 304 for a browser that has it', async () => {
  const { headers } = await bytesOf('gzip');
  const etag = String(headers.etag);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const { status, text } = await ask({
      accept: browser,
      'accept-encoding': 'gzip',
      'if-none-match': known,
    });
    expect([status, text]).toEqual([304, '']);
  }
  const other = { accept: browser, 'accept-encoding': 'gzip', 'if-none-match': '"other"' };
  expect((await ask(other)).status).toBe(200);
});

test.each([undefined, '*/*', 'application/json', 'text/html;q=0', 'text/*'])(
  'is not sent to a client that accepts %s',
  async (accept) => {
    const { headers, text } = await ask({ ...(accept && { accept }) });
    expect(String(headers['content-type'])).not.toContain('text/html');
    expect(text.length).toBeLessThan(2_000);
  },
);

test('60 clients that do not read share the page in memory, and more than 20 at once are told to wait', async () => {
  await bytesOf('gzip');
  const before = process.memoryUsage().rss;
  const port = Number(new URL(server.url).port);
  const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1'));
  const statuses = await Promise.all(
    sockets.map(async (socket) => {
      socket.write(`GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${browser}\r\n\r\n`);
      await once(socket, 'readable');
      return String(socket.read(12)).slice(9);
    }),
  );
  expect(statuses.filter((status) => status === '200')).toHaveLength(20);
  expect(statuses.filter((status) => status === '503')).toHaveLength(40);
  expect((await ask({ accept: browser })).headers['retry-after']).toBe('5');
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  for (const socket of sockets) socket.destroy();
  await wait(100);
  expect((await ask({ accept: browser })).status).toBe(200);
});
