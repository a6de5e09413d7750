import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { createConnection } from '../helpers/connections.ts';
import type { TestServer } from '../helpers/server.ts';

/** A request as the service received it. */
export type Received = {
  method: string;
  target: string;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: string;
};

/** A local double of a service that connections lead to. */
export type Service = {
  url: string;
  host: string;
  received: Received[];
  /** Handles requests until the end of the test. The default returns what was received, without credentials. */
  respond: (listener: RequestListener) => void;
  stop: () => Promise<void>;
};

export async function startService(): Promise<Service> {
  let respond: RequestListener | undefined;
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    if (respond !== undefined) return respond(req, res);
    await echo(req, res, received).catch(() => res.destroy()); // the proxy has broken off
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received,
    respond: (listener) => {
      respond = listener;
    },
    stop: async () => {
      respond = undefined;
      received.length = 0;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function echo(req: IncomingMessage, res: ServerResponse, received: Received[]) {
  const body = (await buffer(req)).toString();
  const { method = '', url: target = '', headers, rawHeaders } = req;
  received.push({ method, target, headers, rawHeaders, body });
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ method, target, body }));
}

/** Starts a service before the tests of the file. */
export function useService(): Service {
  const service = {} as Service; // beforeAll fills it
  beforeAll(async () => {
    Object.assign(service, await startService());
  });
  afterEach(() => {
    service.respond(undefined as never);
    service.received.length = 0;
  });
  afterAll(() => service.stop());
  return service;
}

/** Stores a connection that leads to a service; returns its path of the proxy and its key. */
export async function connectTo(server: TestServer, url: string) {
  const key = canary('proxied-key');
  const { id } = await createConnection(server, { config: { api_key: key, url } });
  return { id, key, proxy: `/v1/connections/${id}/proxy` };
}
