import pg from 'pg';
import { UnavailableError } from '../errors.ts';
import { translateDatabaseError } from './errors.ts';

/** The error of an attempt to connect. Node.js, `pg` and PostgreSQL fill in different parts of it. */
type ConnectFailure = { code: string; message: string; syscall?: unknown };

const knownCauses = new Map([
  ['ECONNREFUSED', 'the connection is refused'],
  ['ENOTFOUND', 'the host name does not resolve'],
  ['EAI_AGAIN', 'the host name does not resolve now'],
  ['EHOSTUNREACH', 'there is no route to the host'],
  ['ENETUNREACH', 'there is no route to the host'],
  ['ETIMEDOUT', 'the host does not answer'],
  ['ECONNRESET', 'the connection was reset'],
  ['ENOENT', 'there is no such socket'],
]);

const encoded = 'In DATABASE_URL the password is percent-encoded: "%" is %25, "@" is %40.';

/**
 * Returns an error that says which database could not be opened and why. It never contains the password.
 * An error that is no failure to connect is returned unchanged.
 */
export function describeConnectFailure(session: pg.ClientConfig, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const failure: ConnectFailure = Object.assign({ code: '' }, error, { message: error.message });
  if (failure.syscall === 'open') {
    return new Error(`DATABASE_URL names a file that cannot be read (${failure.code}).`);
  }
  const { host, port, user = '', database = '' } = new pg.Client(session);
  const where = `at ${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { code, message } = failure;
  const cause = { cause: error };
  // 28P01 is a wrong password and 28000 a refused user (PostgreSQL, appendix A). `pg` reports a missing or
  // unusable password without a code.
  if (code === '28P01' || code === '28000' || message.startsWith('SASL')) {
    const hint = code === '28000' ? '' : ` ${encoded}`;
    const says = `The database ${where} refuses the user "${user}": authentication failed`;
    return new Error(`${says} (${code === '' ? 'a password is missing' : message}).${hint}`, cause);
  }
  if (code === '3D000') {
    return new Error(`There is no database "${database}" ${where}: create it first.`, cause);
  }
  if (isTlsFailure(failure)) {
    return new Error(`The database ${where} cannot be reached over TLS: ${message}.`, cause);
  }
  const known = knownCauses.get(code);
  const translated = translateDatabaseError(error);
  if (known === undefined && !(translated instanceof UnavailableError)) return error;
  const why = known === undefined ? message : `${known} (${code})`;
  return new UnavailableError({
    ...cause,
    message: `The database cannot be reached ${where}: ${why}.`,
  });
}

function isTlsFailure({ code, message }: ConnectFailure): boolean {
  return (
    /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code) ||
    /\bSSL\b/.test(message)
  );
}
