import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ConnectorOptions,
  createOutboundConnector,
} from '../../src/core/outbound/outbound-connect.ts';
import { isGlobalUnicast } from '../../src/core/outbound/outbound-policy.ts';
import { serveHttp, stopLocalServers } from '../helpers/providers/local-server.ts';
import { privateHosts } from './private-addresses.ts';

afterEach(stopLocalServers);

// Public by our table but assigned to nobody: the IPv6 test network that ended in 2006.
const nowhere = { address: '3ffe::1', family: 6 };
const here = { address: '127.0.0.1', family: 4 };

const serveToken = () => serveHttp((_, response) => response.end('token'));

/** Connects without the earlier checks, and over http so that nothing else can fail. */
function connect(url: string, options: Partial<ConnectorOptions>) {
  const defaults = {
    isOpen: () => false,
    isPublic: isGlobalUnicast,
    lookup: undefined,
    timeout: 500,
  };
  const dispatcher = new Agent({ connect: createOutboundConnector({ ...defaults, ...options }) });
  return request(url, { dispatcher });
}

describe('the connector', () => {
  const literals = privateHosts.filter((host) => {
    const { hostname } = new URL(`http://${host}`);
    return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  });

  it.each(literals)('refuses %s and connects to nothing', async (host) => {
    const server = await serveToken();
    const refused = expect(connect(`http://${host}:${server.port}/token`, {})).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toHaveLength(0);
  });

  it('refuses localhost as the system resolves it', async () => {
    const server = await serveToken();
    const refused = expect(connect(`http://localhost:${server.port}/token`, {})).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toHaveLength(0);
  });

  it.each([
    ['a private address', [here]],
    ['a public and a private one', [nowhere, here]],
    ['a private and a public one', [here, nowhere]],
    ['a mapped private one', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['an address with a zone', [{ address: 'fe80::1%lo', family: 6 }]],
    ['what is no address', [{ address: 'localhost', family: 4 }]],
    ['nothing', []],
  ])('refuses a name that resolves to %s', async (_, addresses) => {
    const server = await serveToken();
    const lookup = async () => addresses;
    const refused = expect(connect(`http://rebind.example:${server.port}/`, { lookup })).rejects;
    await refused.toMatchObject({ code: 'outbound_refused' });
    expect(server.connections).toHaveLength(0);
  });

  it('connects to the address that was checked when the name resolves to another one since then', async () => {
    const server = await serveToken();
    const asked: string[] = [];
    const lookup = async (host: string) => [asked.push(host) === 1 ? nowhere : here];
    const url = `http://rebind.example:${server.port}/`;
    const first = await connect(url, { lookup }).catch((error: unknown) => error);
    // Unreachable or timed out, depending on the network of the machine.
    expect(first).toBeInstanceOf(Error);
    expect(first).not.toMatchObject({ code: 'outbound_refused' });
    expect(asked).toHaveLength(1);
    await expect(connect(url, { lookup })).rejects.toMatchObject({ code: 'outbound_refused' });
    expect(asked).toHaveLength(2);
    expect(server.connections).toHaveLength(0);
  });

  it.each(['http', 'https'])(
    'closes the connection to a private peer before it sends a byte of %s',
    async (scheme) => {
      const server = await serveToken();
      let judged = 0;
      const isPublic = () => ++judged === 1;
      const lookup = async () => [here];
      const url = `${scheme}://rebind.example:${server.port}/`;
      const refused = expect(connect(url, { lookup, isPublic })).rejects;
      await refused.toMatchObject({ code: 'outbound_refused' });
      expect(judged).toBe(2);
      expect(server.bytesRead()).toBe(0);
    },
  );

  it('connects to any address of an allowed host', async () => {
    const server = await serveToken();
    const url = `http://rebind.example:${server.port}/`;
    const answer = await connect(url, { lookup: async () => [here], isOpen: () => true });
    await expect(answer.body.text()).resolves.toBe('token');
  });
});
