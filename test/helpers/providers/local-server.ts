import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 that records its connections. */
export type LocalServer = { port: number; connections: readonly Socket[]; bytesRead(): number };

const running = new Map<Server, Socket[]>();

/** Stops every local server. A file that starts one passes this to `afterEach`. */
export async function stopLocalServers(): Promise<void> {
  for (const [server, sockets] of running) {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  }
  running.clear();
}

/** Starts a server that handles every request with `answer`. */
export function serveHttp(answer: RequestListener): Promise<LocalServer> {
  return listen(createServer(answer));
}

/** Starts a server that accepts connections and never responds. */
export function serveSilence(): Promise<LocalServer> {
  return listen(createTcpServer((socket) => socket.resume()));
}

/** Starts a server that sends the same bytes to every connection. */
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
