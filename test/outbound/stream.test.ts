import { afterEach, expect, test } from 'vitest';
import {
  OutboundRefusedError,
  OutboundTimeoutError,
  OutboundUnreachableError,
} from '../../src/core/outbound/outbound.errors.ts';
import { parseOutboundAllow } from '../../src/core/outbound/outbound-policy.ts';
import {
  createOutboundStreams,
  type OutboundStreams,
} from '../../src/core/outbound/outbound-stream.ts';
import {
  serveBytes,
  serveHttp,
  serveSilence,
  stopLocalServers,
} from '../helpers/providers/local-server.ts';

let streams: OutboundStreams | undefined;
afterEach(async () => {
  await streams?.close();
  await stopLocalServers();
});

type Options = Parameters<typeof createOutboundStreams>[0];

function open(allow: string, options: Partial<Options> = {}) {
  const allowed = parseOutboundAllow(allow);
  if (allowed === undefined) throw new Error('not a list');
  streams = createOutboundStreams({
    allowed,
    connections: 4,
    headersTimeout: 1_000,
    bodyTimeout: 1_000,
    maxResponseSize: 1_000,
    ...options,
  });
  return streams;
}

const request = (origin: string, pool = 'one') => ({
  pool,
  origin,
  path: '/x',
  method: 'GET',
  headers: [],
  body: null,
  signal: new AbortController().signal,
});

test('a name that means a private address is refused, and nothing is sent', async () => {
  const { port, bytesRead } = await serveSilence();
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const { send } = open('', { lookup });
  await expect(send(request(`https://service.example:${port}`))).rejects.toThrow(
    OutboundRefusedError,
  );
  expect(bytesRead()).toBe(0);
});

test('a name that changes between two look-ups never leads to a private address', async () => {
  const { port, bytesRead } = await serveSilence();
  const answers = ['192.0.2.1', '127.0.0.1', '10.0.0.1', '::1'];
  let asked = 0;
  const lookup = async () => {
    const address = answers[asked % answers.length] ?? '';
    asked += 1;
    return [{ address, family: address.includes(':') ? 6 : 4 }];
  };
  const { send } = open('', { lookup });
  for (const _ of answers) {
    await expect(send(request(`https://service.example:${port}`))).rejects.toThrow();
  }
  expect(bytesRead()).toBe(0);
  expect(asked).toBe(answers.length); // once for each socket, so there is no gap between check and use
});

test('one of several addresses is enough to refuse a name', async () => {
  const lookup = async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const { send } = open('', { lookup });
  await expect(send(request('https://service.example'))).rejects.toThrow(OutboundRefusedError);
});

test('requests of one pool share a socket, and those of different pools do not', async () => {
  const sockets: (number | undefined)[] = [];
  const { port } = await serveHttp((req, res) => {
    sockets.push(req.socket.remotePort);
    res.end('ok');
  });
  const { send } = open('127.0.0.1', { connections: 1 });
  for (const pool of ['one', 'one', 'two', 'one', 'two']) {
    const { body } = await send(request(`http://127.0.0.1:${port}`, pool));
    expect(await body.text()).toBe('ok');
  }
  const [a, b, c, d, e] = sockets;
  expect([a, c]).toEqual([b, e]);
  expect(a).toBe(d);
  expect(a).not.toBe(c);
});

test('a service that does not respond in time ends with OutboundTimeoutError', async () => {
  const { port } = await serveSilence();
  const { send } = open('127.0.0.1', { headersTimeout: 200 });
  await expect(send(request(`http://127.0.0.1:${port}`))).rejects.toThrow(OutboundTimeoutError);
});

test('a response that is not HTTP ends with OutboundUnreachableError', async () => {
  const { port } = await serveBytes('SSH-2.0-OpenSSH_9.0\r\n');
  const { send } = open('127.0.0.1');
  await expect(send(request(`http://127.0.0.1:${port}`))).rejects.toThrow(OutboundUnreachableError);
});

test('a body over the limit breaks off', async () => {
  const { port } = await serveHttp((_req, res) => res.end('x'.repeat(2_000)));
  const { send } = open('127.0.0.1');
  const { body } = await send(request(`http://127.0.0.1:${port}`));
  await expect(body.text()).rejects.toThrow();
});
