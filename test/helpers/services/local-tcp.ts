import { createServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 that speaks a protocol that is not HTTP. */
export type LocalTcpServer = { port: number; received: () => string };

const servers = new Map<Server, Set<Socket>>();

/** Stops every such server. A file that starts one passes this to `afterEach`. */
export async function stopTcpServers(): Promise<void> {
  for (const [server, sockets] of servers) {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  }
  servers.clear();
}

/** Starts a server that hands each connection to `serve`, and keeps what it receives. */
export async function serveTcp(serve: (socket: Socket) => void): Promise<LocalTcpServer> {
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    serve(socket);
  });
  servers.set(server, sockets);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  return { port: address.port, received: () => received };
}
