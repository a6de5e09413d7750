import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OutboundError } from '../../src/core/outbound/outbound.errors.ts';
import {
  createOutboundFetch,
  type OutboundOptions,
} from '../../src/core/outbound/outbound-fetch.ts';
import { parseOutboundAllow } from '../../src/core/outbound/outbound-policy.ts';
import {
  type LocalServer,
  serveBytes,
  serveHttp,
  serveSilence,
  stopLocalServers,
} from '../helpers/providers/local-server.ts';
import { privateHosts } from './private-addresses.ts';

afterEach(stopLocalServers);

const allow = (text: string) =>
  parseOutboundAllow(text) ?? { hosts: new Set<string>(), ranges: [] };
const here = { address: '127.0.0.1', family: 4 };
const megabyte = 1024 * 1024;
const canary = 'canary-0d6c1f';

afterEach(() => {
  vi.unstubAllEnvs();
});

function* endless() {
  for (;;) yield Buffer.alloc(65_536);
}

/** Sends a POST with a canary in every part, and searches its error for the canary. */
async function post(url: string, options: Partial<OutboundOptions>, signal?: AbortSignal) {
  const fetch = createOutboundFetch({ allowed: allow(''), ...options });
  const headers = { authorization: `Basic ${canary}` };
  try {
    return await fetch(url, { method: 'POST', headers, body: `token=${canary}`, signal });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const told = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(told).not.toContain(canary);
    throw error;
  }
}

/** Sends the same POST to a local server whose host is allowed. */
const postTo = (
  { port }: LocalServer,
  options: Partial<OutboundOptions> = {},
  signal?: AbortSignal,
) =>
  post(
    `http://127.0.0.1:${port}/token?key=${canary}`,
    { allowed: allow('127.0.0.1'), ...options },
    signal,
  );

describe('an address that is not public', () => {
  it.each(privateHosts)('%s is refused before any connection', async (host) => {
    const server = await serveHttp((_, response) => response.end());
    const refused = expect(post(`https://${host}:${server.port}/token?key=${canary}`, {})).rejects;
    await refused.toMatchObject({ code: 'outbound_refused', name: 'OutboundRefusedError' });
    expect(server.connections).toHaveLength(0);
  });

  it('is refused when a name resolves to it', async () => {
    const server = await serveSilence();
    const lookup = async () => [{ address: '3ffe::1', family: 6 }, here];
    const refused = expect(post(`https://auth.example:${server.port}/`, { lookup })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused', host: `auth.example` });
    expect(server.connections).toHaveLength(0);
  });

  it('is refused without https, with a user name, and when the URL is invalid', async () => {
    for (const url of ['http://auth.example/', 'https://me@auth.example/', `${canary}?${canary}`]) {
      await expect(post(url, {})).rejects.toMatchObject({ code: 'outbound_refused' });
    }
  });
});

describe('an allowed host', () => {
  it('receives the request over http, without a proxy', async () => {
    // Nothing listens there: a request that used the proxy of the environment would fail.
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    const server = await serveHttp(async (request, response) => {
      const [body] = await once(request, 'data');
      const { method, url, headers } = request;
      response.setHeader('x-name', 'b\xfccher').setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201).end(JSON.stringify({ method, url, headers, body: String(body) }));
    });
    const answer = await postTo(server);
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.json()).toMatchObject({
      method: 'POST',
      url: `/token?key=${canary}`,
      headers: { 'accept-encoding': 'identity', authorization: `Basic ${canary}` },
      body: `token=${canary}`,
    });
  });

  it('is allowed on the named port only', async () => {
    const server = await serveHttp((_, response) => response.end());
    const allowed = allow(`127.0.0.1:${server.port + 1}`);
    await expect(postTo(server, { allowed })).rejects.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toHaveLength(0);
  });

  it('is reached by any allowed name', async () => {
    const server = await serveHttp((_, response) => response.writeHead(204).end());
    const options = { allowed: allow('auth.test'), lookup: async () => [here] };
    const answer = await post(`http://AUTH.test.:${server.port}/`, options);
    expect(answer.status).toBe(204);
  });

  it('keeps its connection for the next request', async () => {
    const server = await serveHttp((_, response) => response.end('{}'));
    const fetch = createOutboundFetch({ allowed: allow('127.0.0.1') });
    for (let n = 0; n < 10; n++) await fetch(`http://127.0.0.1:${server.port}/`, { method: 'GET' });
    // undici opens a second connection when a request starts in the tick that ended the last one.
    expect(server.connections.length).toBeLessThanOrEqual(2);
  });
});

describe('a trusted endpoint', () => {
  it.each(['127.0.0.1', 'localhost'])('may use http on %s', async (host) => {
    const server = await serveHttp((_, response) => response.end('{}'));
    const options = { trusted: true, lookup: async () => [here] };
    expect((await post(`http://${host}:${server.port}/`, options)).status).toBe(200);
  });

  it('may have any address', async () => {
    const server = await serveSilence();
    const options = { trusted: true, lookup: async () => [here], deadline: 100 };
    const late = expect(post(`https://idp.corp.internal:${server.port}/`, options)).rejects;
    await late.toMatchObject({ code: 'outbound_timeout' });
    expect(server.connections).toHaveLength(1);
  });

  it('must use https on other hosts', async () => {
    const lookup = async () => [here];
    const refused = expect(post('http://idp.example/', { trusted: true, lookup })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
  });

  it('has all other limits', async () => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(2 * megabyte)));
    const url = `http://127.0.0.1:${server.port}/`;
    const refused = expect(post(url, { trusted: true })).rejects;
    await refused.toMatchObject({ code: 'outbound_too_large' });
  });
});

describe('a response', () => {
  it.each([301, 302, 303, 304, 307, 308])(
    'with status %i is an error, and its redirect is not followed',
    async (status) => {
      const target = await serveHttp((_, response) => response.end());
      const server = await serveHttp((_, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${target.port}/${canary}` }).end();
      });
      await expect(postTo(server)).rejects.toMatchObject({ code: 'outbound_redirect' });
      expect(target.connections).toHaveLength(0);
    },
  );

  it.each(['zstd', 'br', 'gzip, gzip', 'deflate'])('encoded as %s is refused', async (coding) => {
    const bomb = gzipSync(Buffer.alloc(64 * megabyte));
    const server = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(bomb);
    });
    await expect(postTo(server)).rejects.toMatchObject({ code: 'outbound_encoded' });
  });

  it.each(['gzip', 'GZIP', 'identity, gzip'])(
    'encoded as %s is decoded up to 1 MiB',
    async (coding) => {
      const send = (bytes: number) =>
        serveHttp((_, response) => {
          const body = gzipSync(Buffer.alloc(bytes));
          response.writeHead(200, { 'content-encoding': coding }).end(body);
        });
      const answer = await postTo(await send(megabyte));
      expect((await answer.arrayBuffer()).byteLength).toBe(megabyte);
      await expect(postTo(await send(64 * megabyte))).rejects.toMatchObject({
        code: 'outbound_too_large',
      });
    },
  );

  it('of 1 GiB in gzip takes little time and memory', async () => {
    const member = gzipSync(Buffer.alloc(16 * megabyte));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    expect(bomb.length).toBeLessThan(1.1 * megabyte);
    const server = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb.subarray(0, megabyte));
    });
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await expect(postTo(server)).rejects.toMatchObject({ code: 'outbound_too_large' });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * megabyte);
  });

  it('of 1 MiB is read, and of one byte more refused', async () => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(megabyte)));
    expect((await (await postTo(server)).arrayBuffer()).byteLength).toBe(megabyte);
    const larger = await serveHttp((_, response) => response.end(Buffer.alloc(megabyte + 1)));
    await expect(postTo(larger)).rejects.toMatchObject({ code: 'outbound_too_large' });
  });

  it('that does not end is cut off at 1 MiB', async () => {
    const server = await serveHttp((_, response) => {
      Readable.from(endless())
        .on('error', () => {})
        .pipe(response);
    });
    await expect(postTo(server)).rejects.toMatchObject({ code: 'outbound_too_large' });
    const [socket] = server.connections;
    await vi.waitFor(() => expect(socket?.destroyed).toBe(true));
  });

  it.each([
    ['is no HTTP', `${canary}\r\n\r\n`],
    ['has an unknown status', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'],
    ['is nothing', ''],
    ['has endless headers', `HTTP/1.1 200 OK\r\nx: ${canary.repeat(9_000)}\r\n\r\n`],
  ])('that %s counts as unreachable', async (_, bytes) => {
    const server = await serveBytes(bytes);
    await expect(postTo(server)).rejects.toMatchObject({ code: 'outbound_unreachable' });
    expect(server.connections).toHaveLength(1);
  });

  it('with headers beyond ASCII is read', async () => {
    const server = await serveBytes(
      'HTTP/1.1 200 OK\r\nx-name: Zoë 網\r\ncontent-length: 2\r\n\r\n{}',
    );
    const answer = await postTo(server);
    expect(await answer.json()).toEqual({});
  });

  it('that never comes counts as unreachable', async () => {
    const server = await serveHttp((request) => request.socket.resetAndDestroy());
    await expect(postTo(server)).rejects.toMatchObject({ reason: 'ECONNRESET' });
    const url = 'https://auth.example/';
    const lookup = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    await expect(post(url, { lookup })).rejects.toMatchObject({ reason: 'ENOTFOUND' });
    await expect(postTo({ ...server, port: 1 })).rejects.toMatchObject({ reason: 'ECONNREFUSED' });
  });
});

describe('the deadline', () => {
  const deadline = 150;

  async function expectCut(answer: Promise<Response>): Promise<void> {
    const start = performance.now();
    await expect(answer).rejects.toMatchObject({ code: 'outbound_timeout' });
    expect(performance.now() - start).toBeLessThan(900);
  }

  it('ends a name lookup that takes too long', async () => {
    const lookup = () => new Promise<never>(() => {});
    await expectCut(post('https://auth.example/', { lookup, deadline }));
  });

  it('sends nothing after it has passed', async () => {
    const server = await serveSilence();
    const lookup = async () => sleep(300, [here]);
    const options = { allowed: allow('auth.test'), lookup, deadline };
    await expectCut(post(`http://auth.test:${server.port}/`, options));
    await vi.waitFor(() => expect(server.connections).toHaveLength(1));
    await sleep(100);
    expect(server.bytesRead()).toBe(0);
  });

  it('ends a slow TLS handshake', async () => {
    const server = await serveSilence();
    const options = { allowed: allow('127.0.0.1'), deadline };
    await expectCut(post(`https://127.0.0.1:${server.port}/`, options));
  });

  it('ends a wait for headers, and closes the connection', async () => {
    const server = await serveSilence();
    await expectCut(postTo(server, { deadline }));
    const [socket] = server.connections;
    await vi.waitFor(() => expect(socket?.closed).toBe(true));
  });

  it('ends a body that arrives slowly', async () => {
    const server = await serveHttp((_, response) => {
      response.writeHead(200);
      const drops = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drops));
    });
    await expectCut(postTo(server, { deadline }));
  });

  it('does not delay a caller who aborts earlier', async () => {
    const server = await serveSilence();
    const stop = new AbortController();
    const reason = new Error('Stopping.');
    setTimeout(() => stop.abort(reason), 50);
    await expect(postTo(server, {}, stop.signal)).rejects.toBe(reason);
    await expect(postTo(server, {}, stop.signal)).rejects.toBe(reason);
    expect(server.connections).toHaveLength(1);
  });
});
