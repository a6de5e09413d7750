import { once } from 'node:events';
import { createServer, isIP, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectChecked, type SocketTarget } from '../../src/core/outbound/connect-checked.ts';
import { parseOutboundAllow } from '../../src/core/outbound/outbound-policy.ts';
import { privateHosts } from './private-addresses.ts';

const here = { address: '127.0.0.1', family: 4 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Serves one greeting; counts the connections that reached it. */
async function serve() {
  const seen = { connections: 0, port: 0 };
  const server = createServer((socket) => {
    seen.connections += 1;
    socket.on('error', () => {});
    socket.end('hello');
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  seen.port = address !== null && typeof address === 'object' ? address.port : 0;
  return seen;
}

function open(target: SocketTarget, allow = '') {
  const allowed = parseOutboundAllow(allow);
  if (allowed === undefined) throw new Error(`${allow} is not a list.`);
  return connectChecked({ outbound: { allowed } }, target);
}

async function greeting(target: SocketTarget, allow: string): Promise<string> {
  const socket = await open(target, allow);
  const [bytes] = await once(socket, 'data');
  socket.destroy();
  return String(bytes);
}

describe('a socket for another protocol than HTTP', () => {
  const literals = privateHosts.filter((host) => {
    const { hostname } = new URL(`http://${host}`);
    return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  });

  it.each(literals)('is refused for %s', async (host) => {
    const server = await serve();
    const refused = expect(open({ host, port: server.port })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toBe(0);
  });

  it.each([
    ['a private address', [here]],
    ['a public and a private one', [{ address: '3ffe::1', family: 6 }, here]],
    ['a mapped private one', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['nothing', []],
  ])('is refused for a name that resolves to %s', async (_, addresses) => {
    const server = await serve();
    const lookup = async () => addresses;
    const refused = expect(open({ host: 'db.example', port: server.port, lookup })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toBe(0);
  });

  it.each([
    ['the host', 'db.internal', 'db.internal'],
    ['the host in another case', 'DB.internal.', 'db.internal'],
    ['a range that holds its address', 'db.internal', '127.0.0.0/8'],
    ['the range that holds the literal address', '127.0.0.1', '127.0.0.0/30'],
    ['the range that holds the mapped address', '::ffff:127.0.0.1', '127.0.0.0/8'],
  ])('opens if OUTBOUND_ALLOW holds %s', async (_, host, allow) => {
    const { port } = await serve();
    const lookup = async () => [here];
    await expect(greeting({ host, port, lookup }, allow)).resolves.toBe('hello');
  });

  it('opens to an allowed host on the allowed port only', async () => {
    const { port } = await serve();
    const target = { host: 'db.internal', port, lookup: async () => [here] };
    await expect(greeting(target, `db.internal:${port}`)).resolves.toBe('hello');
    const refused = expect(open(target, `db.internal:${port + 1}`)).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
  });

  it('is refused if only one of its addresses is in the range', async () => {
    const { port } = await serve();
    const lookup = async () => [here, { address: '10.0.0.1', family: 4 }];
    const refused = expect(open({ host: 'db.example', port, lookup }, '127.0.0.0/8')).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
  });

  it.each(['', 'a b', 'user@db.example', 'db.example:5432:1', 'db.example/x', 'x'.repeat(600)])(
    'is refused for the host %j',
    async (host) => {
      await expect(open({ host, port: 5432 })).rejects.toMatchObject({ code: 'outbound_refused' });
    },
  );

  it.each([0, -1, 65_536, 1.5, Number.NaN])('is refused for the port %j', async (port) => {
    const refused = expect(open({ host: 'db.example', port })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
  });

  it('fails if nothing listens', async () => {
    const { port } = await serve();
    servers.pop()?.close();
    const failed = expect(open({ host: '127.0.0.1', port }, '127.0.0.1')).rejects;
    await failed.toMatchObject({ code: 'outbound_unreachable', reason: 'ECONNREFUSED' });
  });

  it('ends at its deadline, and with the caller’s signal', async () => {
    const lookup = () => new Promise<never>(() => {});
    const target = { host: 'db.example', port: 5432, lookup };
    const late = expect(open({ ...target, deadline: 30 })).rejects;
    await late.toMatchObject({ code: 'outbound_timeout' });
    const signal = AbortSignal.abort(new Error('not needed'));
    await expect(open({ ...target, signal })).rejects.toThrow('not needed');
    const soon = new AbortController();
    const waiting = expect(open({ ...target, signal: soon.signal })).rejects;
    soon.abort(new Error('stopped'));
    await waiting.toThrow('stopped');
  });
});
