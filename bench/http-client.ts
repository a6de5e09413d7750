import { connect, type Socket } from 'node:net';

/** A right answer to a request, or why it is not; the time in milliseconds. */
export type Answer = { status: number; text: Buffer };

/** A kept-alive HTTP/1.1 connection for one request at a time; of a client it does the least. */
export type HttpClient = {
  send(request: Buffer): Promise<Answer>;
  close(): void;
};

type Pending = { resolve: (answer: Answer) => void; reject: (error: Error) => void };

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

export function openHttpClient(port: number, timeout: number): HttpClient {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let pending: Pending | undefined;
  let received: Buffer = Buffer.alloc(0);
  const fail = (message: string) => {
    socket.destroy();
    pending?.reject(new Error(message));
    pending = undefined;
  };
  failWhenLost(socket, timeout, fail);
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    const { resolve } = pending as Pending; // nothing is answered that was not asked
    pending = undefined;
    resolve(answer);
  });
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function failWhenLost(socket: Socket, timeout: number, fail: (message: string) => void): void {
  socket.setTimeout(timeout, () => fail(`No answer came for ${timeout} ms.`));
  socket.on('error', ({ message }) => fail(message));
  socket.on('close', () => fail('The server closed the connection.'));
}

/** The answer, once all of it is there. Its text keeps the marks of chunks. */
function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const start = end + headEnd.length;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? bytes.subarray(-lastChunk.length).equals(lastChunk)
      : bytes.length >= start + Number(length);
  if (!isWhole) return undefined;
  return { status: Number(head.slice(9, 12)), text: bytes.subarray(start) };
}
