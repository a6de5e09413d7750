import { isIP } from 'node:net';
import mysql from 'mysql2';
import type { Outbound } from '../outbound/outbound.ts';
import { GuardedSocket, openCheckedSocket, toOutboundFailure } from './checked-socket.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import type { DatabaseLogin } from './verify-postgresql.ts';

/**
 * Logs in to a MySQL or MariaDB server and runs `SELECT 1`. It uses TLS if the server offers it, and does
 * not require a certificate that this machine trusts, as the clients of MySQL do (ssl-mode=PREFERRED).
 *
 * @throws OutboundError if the server cannot be reached.
 */
export async function verifyMysql(
  outbound: Outbound,
  login: DatabaseLogin,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    return await logIn(outbound, login, { signal, tls: true });
  } catch (error) {
    if (codeOf(error) !== 'HANDSHAKE_NO_SSL_SUPPORT') return judgeLogin(login, error);
  }
  try {
    return await logIn(outbound, login, { signal, tls: false });
  } catch (error) {
    return judgeLogin(login, error);
  }
}

async function logIn(
  outbound: Outbound,
  { host, port, user, password, database }: DatabaseLogin,
  { signal, tls }: { signal: AbortSignal; tls: boolean },
): Promise<Verdict> {
  const socket = await openCheckedSocket(outbound, { host, port }, signal);
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const connection = mysql.createConnection({
      stream: new GuardedSocket(socket, host),
      user,
      password,
      ...(database !== undefined && { database }),
      ...(isIP(host) === 0 && { host }), // the name that TLS sends
      authPlugins: tls ? plugins : pluginsWithoutTls,
      ...(tls && { ssl: { rejectUnauthorized: false } }),
      // A server can ask for a file of this machine when it is sent a query (LOAD DATA LOCAL).
      flags: ['-LOCAL_FILES'],
      disableEval: true, // mysql2 makes a function from the columns that a server names
    });
    connection.on('error', () => {}); // the callback below gets it
    await new Promise<void>((resolve, reject) => {
      connection.query('SELECT 1', (error) => (error === null ? resolve() : reject(error)));
    });
    connection.destroy();
    return verdictOf('ok', 'The login works.');
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

const withheld = 'The password would leave in a form that the server can read.';

/** No server gets the password in clear text, whatever the version of mysql2 allows by default. */
const plugins = { mysql_clear_password: () => () => withhold() };

/**
 * Without TLS a server gets no password that it could read. These methods encrypt the password with a key
 * that the server itself sends, so any server could read it.
 */
const pluginsWithoutTls = {
  ...plugins,
  caching_sha2_password: mysql.authPlugins.caching_sha2_password({ onServerPublicKey: withhold }),
  sha256_password: () => () => withhold(),
};

function withhold(): never {
  throw new Error(withheld); // mysql2 sets a code of its own
}

/** The errors of MySQL that say something about the login. */
const refusals = new Map([
  ['ER_ACCESS_DENIED_ERROR', 'The database refuses the user or the password.'],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'The database refuses the user or the password.'],
  ['ER_ACCOUNT_HAS_BEEN_LOCKED', 'The database has locked this user.'],
  ['ER_MUST_CHANGE_PASSWORD_LOGIN', 'The password has expired. Set a new one at the database.'],
  ['ER_MUST_CHANGE_PASSWORD', 'The password has expired. Set a new one at the database.'],
  ['ER_HOST_NOT_PRIVILEGED', 'The database does not let anybody log in from this server.'],
  ['ER_HOST_IS_BLOCKED', 'The database does not let anybody log in from this server.'],
  ['ER_BAD_DB_ERROR', 'The login works, but there is no database with this name.'],
]);

/** @throws OutboundError for an error that says nothing about the login. */
function judgeLogin({ host }: DatabaseLogin, error: unknown): Verdict {
  const code = codeOf(error);
  const why = refusals.get(code);
  if (why !== undefined) return verdictOf('refused', why);
  if (code === 'ER_DBACCESS_DENIED_ERROR') {
    return verdictOf('insufficient_scope', 'The user has no permission to use this database.');
  }
  if (error instanceof Error && error.message === withheld) {
    return verdictOf(
      'blocked_by_policy',
      'The database asks for the password in a form that it could read. The password was not sent.',
    );
  }
  if (code === 'ER_CON_COUNT_ERROR' || code === 'ER_USER_LIMIT_REACHED') {
    return verdictOf('unreachable', 'The database has no connection left. Try again later.');
  }
  if (code.startsWith('ER_')) {
    return verdictOf('unreachable', `The database reports an error (${code}). Try again later.`);
  }
  throw toOutboundFailure(host, error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
