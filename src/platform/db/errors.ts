import { UnavailableError } from '../errors.ts';

/**
 * SQLSTATEs of a server that stops, starts or has no free session, and of one that ended a session or a
 * statement because of its time limit (PostgreSQL, appendix A).
 */
const unavailableStates = ['57P01', '57P02', '57P03', '57P05', '57014', '25P03', '53300', '53400'];

/** Codes of Node.js for a network that does not reach the server. */
const unavailableSystemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** Codes of Prisma for the same failures, and for a transaction that did not start in time (P2028). */
const unavailablePrismaCodes = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'];

const unavailableCodes = new Set<unknown>([
  ...unavailableStates,
  ...unavailableSystemCodes,
  ...unavailablePrismaCodes,
]);

const unavailableAdapterKinds = new Set<unknown>([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/** Messages of `pg`, its pool and PGlite that come without a code. */
const unavailableMessages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|not queryable|Client was closed|Cannot use a pool after calling end|PGlite is clos/;

/** Primary keys that are not `id`. The name of such a constraint does not contain its columns. */
export const primaryKeys: Readonly<Record<string, string>> = {
  action_window: 'app_id',
  connection_secret: 'connection_id',
  data_key_rotation: 'scope',
  lease: 'name',
  master_key: 'kid',
  membership: 'user_id,project_id',
  mint_window: 'app_id',
  oauth_grant: 'connection_id',
  requirement_secret: 'requirement_id',
  revoked_token: 'app_id,jti',
};

/** The fields of the errors of `pg`, PGlite, Prisma and its adapters. Each error has only some of them. */
type DatabaseFailure = {
  code?: unknown;
  syscall?: unknown;
  kind?: unknown;
  message?: unknown;
  constraint?: unknown;
  table?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
};

/**
 * Returns an {@link UnavailableError} if the database could not be reached in time, with the original error
 * as its `cause`. It returns any other error unchanged.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof UnavailableError || !causesOf(error).some(isUnavailableFailure))
    return error;
  return new UnavailableError({ cause: error });
}

/**
 * Whether a write violated the unique constraint on exactly these columns. They have the names of the
 * database and the order of the constraint; for a partial index they are the indexed columns. It recognizes
 * errors of Prisma and errors of `sql`.
 */
export function isUniqueViolation(error: unknown, ...columns: string[]): boolean {
  return causesOf(error).some((failure) => {
    if (failure.kind !== 'UniqueConstraintViolation' && failure.code !== '23505') return false;
    return violatedColumns(failure, columns) === columns.join();
  });
}

/** Whether a write refers to a row that does not exist. It recognizes errors of Prisma and of `sql`. */
export function isForeignKeyViolation(error: unknown): boolean {
  return causesOf(error).some(
    ({ kind, code }) => kind === 'ForeignKeyConstraintViolation' || code === '23503',
  );
}

/** Returns an error and its causes, the outermost first. The limit ends a chain that contains a circle. */
function causesOf(error: unknown): DatabaseFailure[] {
  const found: DatabaseFailure[] = [];
  let next: unknown = error;
  while (typeof next === 'object' && next !== null && found.length < 8) {
    const failure = next as DatabaseFailure;
    found.push(failure);
    next = failure.meta?.driverAdapterError ?? failure.cause;
  }
  return found;
}

function isUnavailableFailure({ code, syscall, kind, message }: DatabaseFailure): boolean {
  if (unavailableCodes.has(code) || unavailableAdapterKinds.has(kind)) return true;
  // The Unix socket of the server does not exist. For any other file, ENOENT is a bug.
  if (code === 'ENOENT' && syscall === 'connect') return true;
  return typeof message === 'string' && unavailableMessages.test(message);
}

/**
 * Returns the columns of a violated constraint. Prisma's adapter for `pg` and both drivers report the name
 * of the constraint; Prisma's adapter for PGlite reports only its columns.
 */
function violatedColumns({ constraint, table }: DatabaseFailure, expected: readonly string[]) {
  const { fields, index } = Object(constraint) as { fields?: string[]; index?: string };
  const name = typeof constraint === 'string' ? constraint : index;
  if (name === undefined) return fields?.join();
  if (name === `${table}_pkey`) return primaryKeys[String(table)] ?? 'id';
  return name === `${table}_${expected.join('_')}_key` ? expected.join() : undefined;
}
