import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** A server on 127.0.0.1 that keeps count of who came. */
export type LocalServer = { port: number; connections: readonly Socket[]; bytesRead(): number };

const running = new Map<Server, Socket[]>();

afterEach(async () => {
  for (const [server, sockets] of running) {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  }
  running.clear();
});

/** Answers every request; ends with the test. */
export function serveHttp(answer: RequestListener): Promise<LocalServer> {
  return listen(createServer(answer));
}

/** Takes connections and never says a word; ends with the test. */
export function serveSilence(): Promise<LocalServer> {
  return listen(createTcpServer((socket) => socket.resume()));
}

/** Says the same to every connection, whatever it was sent; ends with the test. */
export function serveBytes(bytes: string): Promise<LocalServer> {
  return listen(createTcpServer((socket) => socket.once('data', () => socket.end(bytes))));
}

async function listen(server: Server): Promise<LocalServer> {
  const connections: Socket[] = [];
  running.set(server, connections);
  server.on('connection', (socket) => {
    connections.push(socket.on('error', () => {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  const bytesRead = () => connections.reduce((sum, socket) => sum + socket.bytesRead, 0);
  return { port: address.port, connections, bytesRead };
}
