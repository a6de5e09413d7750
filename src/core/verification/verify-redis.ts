import { isIP, type Socket } from 'node:net';
import { connect as startTls, type TLSSocket } from 'node:tls';
import { OutboundTooLargeError, OutboundUnreachableError } from '../outbound/outbound.errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { openCheckedSocket, type ServerAddress, toOutboundFailure } from './checked-socket.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The login of a server that speaks the protocol of Redis. */
export type RedisLogin = ServerAddress & {
  /** Undefined for the user `default`. */
  user: string | undefined;
  /** Undefined for a server without a password. */
  password: string | undefined;
  tls: boolean;
};

/** Maximum length of a reply to AUTH or PING in bytes. */
const longestReply = 4_096;

/**
 * Logs in to a server that speaks the protocol of Redis, and sends PING. The two commands and their replies
 * of one line need no library.
 *
 * @throws OutboundError if the server cannot be reached.
 */
export async function verifyRedis(
  outbound: Outbound,
  { host, port, user, password, tls }: RedisLogin,
  signal: AbortSignal,
): Promise<Verdict> {
  const plain = await openCheckedSocket(outbound, { host, port }, signal);
  const abort = () => plain.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const socket = tls ? await secured(plain, host) : plain;
    const read = createLineReader(socket, host);
    if (password !== undefined) {
      socket.write(command('AUTH', ...(user === undefined ? [] : [user]), password));
      const reply = await read();
      if (!reply.startsWith('+OK')) return judgeReply(host, reply);
    }
    socket.write(command('PING'));
    const reply = await read();
    if (reply.startsWith('+PONG')) return verdictOf('ok', 'The login works.');
    return judgeReply(host, reply);
  } catch (error) {
    throw toOutboundFailure(host, error);
  } finally {
    signal.removeEventListener('abort', abort);
    plain.destroy();
  }
}

function secured(plain: Socket, host: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = startTls({ socket: plain, ...(isIP(host) === 0 && { servername: host }) });
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', reject);
  });
}

/** Writes a command as an array of bulk strings (RESP). */
function command(...words: string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}

/** Returns a function that waits for the next line. */
function createLineReader(socket: Socket, host: string): () => Promise<string> {
  let text = '';
  let failure: Error | undefined;
  let wake = () => {};
  const end = (error: Error) => {
    failure ??= error;
    wake();
  };
  socket.setEncoding('latin1');
  socket.on('data', (part: string) => {
    text += part;
    wake();
  });
  socket.on('error', end);
  socket.on('close', () => end(new OutboundUnreachableError(host, 'the connection was closed')));
  return async () => {
    for (;;) {
      const end = text.indexOf('\r\n');
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        return line;
      }
      if (text.length > longestReply) throw new OutboundTooLargeError(host, longestReply);
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}

/** @throws OutboundError if the reply is none of Redis. */
function judgeReply(host: string, reply: string): Verdict {
  const [, code = ''] = /^-([A-Z]+)/.exec(reply) ?? [];
  if (
    code === 'WRONGPASS' ||
    code === 'NOAUTH' ||
    (code === 'ERR' && /auth|password/i.test(reply))
  ) {
    return verdictOf('refused', 'The server refuses the user or the password.');
  }
  if (code === 'NOPERM') {
    return verdictOf('insufficient_scope', 'The user has no permission to use this server.');
  }
  if (code !== '') {
    return verdictOf('unreachable', `The server reports an error (${code}). Try again later.`);
  }
  throw new OutboundUnreachableError(host, 'no reply of Redis');
}
