import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as startTls } from 'node:tls';
import pg from 'pg';
import type { Outbound } from '../outbound/outbound.ts';
import {
  GuardedSocket,
  openCheckedSocket,
  type ServerAddress,
  toOutboundFailure,
} from './checked-socket.ts';
import { createMessageFilter } from './postgresql-messages.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The login of a database. */
export type DatabaseLogin = ServerAddress & {
  user: string;
  password: string;
  /** Undefined for a login without a database. */
  database: string | undefined;
};

/**
 * Logs in to a PostgreSQL server and runs `SELECT 1`. It uses TLS if the server offers it, and does not
 * require a certificate that this machine trusts, as the clients of PostgreSQL do (sslmode=prefer). A
 * password leaves in clear text only over TLS.
 *
 * @throws OutboundError if the server cannot be reached.
 */
export async function verifyPostgresql(
  outbound: Outbound,
  { host, port, user, password, database }: DatabaseLogin,
  signal: AbortSignal,
): Promise<Verdict> {
  const socket = await openCheckedSocket(outbound, { host, port }, signal);
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const secure = await requestTls(socket, host);
    const filter = createMessageFilter({ isTls: secure !== undefined });
    const guarded = new GuardedSocket(secure ?? socket, host, filter);
    const client = new pg.Client({
      host,
      port,
      user,
      password: () => password, // a blank text would make pg use PGPASSWORD
      database: database ?? 'postgres',
      ssl: false, // the socket has TLS already
      stream: () => guarded as unknown as Socket, // pg uses only what GuardedSocket has
      application_name: 'patchbay',
      options: '',
    });
    client.on('error', () => {}); // the promises below fail with it
    await client.connect();
    await client.query('SELECT 1');
    await client.end();
    return verdictOf('ok', 'The login works.');
  } catch (error) {
    const verdict = verdictOfLogin(error);
    if (verdict !== undefined) return verdict;
    throw toOutboundFailure(host, error);
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/** The request for TLS (PostgreSQL, Frontend/Backend Protocol, SSLRequest). */
const tlsRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Starts TLS if the server can do it; undefined if it cannot. */
async function requestTls(socket: Socket, host: string): Promise<Socket | undefined> {
  socket.write(tlsRequest);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      resolve(bytes);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
  if (answer.toString('latin1') === 'N') return undefined;
  // More than one byte would be text that somebody slipped in before TLS (CVE-2021-23222).
  if (answer.toString('latin1') !== 'S') throw toOutboundFailure(host, new Error('no PostgreSQL'));
  return new Promise((resolve, reject) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const secure = startTls({ socket, rejectUnauthorized: false, ...servername });
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** Returns the verdict for an error that PostgreSQL or the login itself reports; undefined for any other. */
function verdictOfLogin(error: unknown): Verdict | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  // `pg` reports a password that the server cannot use, and a server that cannot prove to know it.
  if (code === '28P01' || error.message.startsWith('SASL')) {
    return verdictOf('refused', 'The database refuses the user or the password.');
  }
  if (code === '28000') {
    return verdictOf('refused', 'The database does not let this user log in from this server.');
  }
  if (code === '3D000') {
    return verdictOf('refused', 'The login works, but there is no database with this name.');
  }
  if (code === '42501') {
    return verdictOf('insufficient_scope', 'The user has no permission to use this database.');
  }
  if (code === '53300') {
    return verdictOf('unreachable', 'The database has no connection left. Try again later.');
  }
  if (code !== '') {
    return verdictOf('unreachable', `The database reports an error (${code}). Try again later.`);
  }
  return undefined;
}
