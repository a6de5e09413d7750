import { UnavailableError } from '../errors.ts';

/** Of a server that stops, starts or is full, or that cut a session or a statement short. */
const unavailableStates = ['57P01', '57P02', '57P03', '57P05', '57014', '25P03', '53300', '53400'];

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

/** What `pg`, its pool and PGlite say without any code. */
const unavailableMessages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|not queryable|Client was closed|Cannot use a pool after calling end|PGlite is clos/;

/** Tables whose primary key is not `id`, which its constraint's name does not tell. */
export const primaryKeys: Readonly<Record<string, string>> = {
  action_window: 'app_id',
  connection_secret: 'connection_id',
  data_key_rotation: 'scope',
  lease: 'name',
  master_key: 'kid',
  membership: 'user_id,project_id',
  mint_window: 'app_id',
  oauth_grant: 'connection_id',
  revoked_token: 'app_id,jti',
};

/** What the errors of `pg`, PGlite, Prisma and its adapters have in common: all of it optional. */
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
 * The {@link UnavailableError} for a failure to reach the database in time, with the original as its
 * `cause`; any other error as it is.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof UnavailableError || !causesOf(error).some(isUnavailableFailure))
    return error;
  return new UnavailableError({ cause: error });
}

/**
 * Whether a write broke the unique constraint on exactly these columns, in its order and in the
 * database's names; of a partial index, the indexed ones. Knows an error of Prisma from one of `sql`.
 */
export function isUniqueViolation(error: unknown, ...columns: string[]): boolean {
  return causesOf(error).some((failure) => {
    if (failure.kind !== 'UniqueConstraintViolation' && failure.code !== '23505') return false;
    return violatedColumns(failure, columns) === columns.join();
  });
}

/** Whether a write referred to a row that is not there. Knows an error of Prisma from one of `sql`. */
export function isForeignKeyViolation(error: unknown): boolean {
  return causesOf(error).some(
    ({ kind, code }) => kind === 'ForeignKeyConstraintViolation' || code === '23503',
  );
}

/** The error and what lies under it, outermost first. */
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
  // No such socket; of a file it would be another matter.
  if (code === 'ENOENT' && syscall === 'connect') return true;
  return typeof message === 'string' && unavailableMessages.test(message);
}

/** `pg`'s adapter and both drivers name the constraint, PGlite's adapter only its columns. */
function violatedColumns({ constraint, table }: DatabaseFailure, expected: readonly string[]) {
  const { fields, index } = Object(constraint) as { fields?: string[]; index?: string };
  const name = typeof constraint === 'string' ? constraint : index;
  if (name === undefined) return fields?.join();
  if (name === `${table}_pkey`) return primaryKeys[String(table)] ?? 'id';
  return name === `${table}_${expected.join('_')}_key` ? expected.join() : undefined;
}
