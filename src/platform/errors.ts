import { mostComplaints } from './limits.ts';

/** One entry of an {@link InvalidInputError}: where, and what is wrong there. Never holds the value. */
export type FieldIssue = { path: string; message: string };

/** How one kind of failure looks at each edge. `words` is the message where nothing better is known. */
type ErrorKind = { status: number; rest: string; graphql: string; words: string };

/** The one table of failures: our code → HTTP status → REST code → GraphQL code. */
export const errorKinds = {
  invalid_input: {
    status: 400,
    rest: 'bad_request',
    graphql: 'BAD_USER_INPUT',
    words: 'Bad Request',
  },
  query_too_complex: {
    status: 400,
    rest: 'bad_request',
    graphql: 'QUERY_TOO_COMPLEX',
    words: 'Bad Request',
  },
  persisted_query_not_supported: {
    status: 400,
    rest: 'bad_request',
    graphql: 'PERSISTED_QUERY_NOT_SUPPORTED',
    words: 'Bad Request',
  },
  unauthenticated: {
    status: 401,
    rest: 'unauthorized',
    graphql: 'UNAUTHENTICATED',
    words: 'Unauthorized',
  },
  forbidden: { status: 403, rest: 'forbidden', graphql: 'FORBIDDEN', words: 'Forbidden' },
  not_found: { status: 404, rest: 'not_found', graphql: 'NOT_FOUND', words: 'Not Found' },
  method_not_allowed: {
    status: 405,
    rest: 'method_not_allowed',
    graphql: 'BAD_USER_INPUT',
    words: 'Method Not Allowed',
  },
  conflict: { status: 409, rest: 'conflict', graphql: 'CONFLICT', words: 'Conflict' },
  payload_too_large: {
    status: 413,
    rest: 'payload_too_large',
    graphql: 'BAD_USER_INPUT',
    words: 'Payload Too Large',
  },
  unsupported_media_type: {
    status: 415,
    rest: 'unsupported_media_type',
    graphql: 'BAD_USER_INPUT',
    words: 'Unsupported Media Type',
  },
  too_many_requests: {
    status: 429,
    rest: 'too_many_requests',
    graphql: 'TOO_MANY_REQUESTS',
    words: 'Too Many Requests',
  },
  upstream: { status: 502, rest: 'bad_gateway', graphql: 'BAD_GATEWAY', words: 'Bad Gateway' },
  unavailable: {
    status: 503,
    rest: 'unavailable',
    graphql: 'UNAVAILABLE',
    words: 'Service Unavailable',
  },
  internal: {
    status: 500,
    rest: 'internal_error',
    graphql: 'INTERNAL_SERVER_ERROR',
    words: 'Internal Server Error',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** A failure that the caller may be told about. Anything else that is thrown is a bug, and masked. */
export class AppError extends Error {
  readonly kind: ErrorCode;

  constructor(kind: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = nameOf(kind);
    this.kind = kind;
  }
}

/** Not the class's own: a bundler may rename that. */
function nameOf(kind: ErrorCode): string {
  const words = kind.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Error`;
}

/** What was sent cannot be taken; `fields` names the offending fields at once, up to a bound. */
export class InvalidInputError extends AppError {
  readonly fields: readonly FieldIssue[];

  constructor(fields: readonly FieldIssue[], options?: ErrorOptions) {
    const told = boundedIssues(fields);
    super('invalid_input', describeIssues(told), options);
    this.fields = told;
  }
}

/** A body larger than the published limit. */
export class PayloadTooLargeError extends AppError {
  constructor(limit: number) {
    super('payload_too_large', `The body is too large; the limit is ${limit} bytes.`);
  }
}

/** A body that is not JSON by its own word, or in a form that is not read. */
export class UnsupportedMediaTypeError extends AppError {
  constructor(message = 'Send the body as "Content-Type: application/json".') {
    super('unsupported_media_type', message);
  }
}

/** A document that asks for more than the published limits allow. */
export class QueryTooComplexError extends AppError {
  constructor(message: string) {
    super('query_too_complex', message);
  }
}

/** A query named by its hash. Apollo and urql know the message and the code, and send the whole query. */
export class PersistedQueryNotSupportedError extends AppError {
  constructor() {
    super('persisted_query_not_supported', 'PersistedQueryNotSupported');
  }
}

/** No credential, or one that opens nothing. */
export class UnauthenticatedError extends AppError {
  constructor(message = 'Send a valid credential as "Authorization: Bearer <credential>".') {
    super('unauthenticated', message);
  }
}

/** A valid credential whose role does not allow the action. */
export class ForbiddenError extends AppError {
  constructor(message: string) {
    super('forbidden', message);
  }
}

/** No such thing, or one that the caller may not know of: the two are told apart nowhere. */
export class NotFoundError extends AppError {
  constructor(thing: string) {
    super('not_found', `This ${thing} does not exist, or this credential cannot reach it.`);
  }
}

/** The state of things stands against it: a name taken, a stale version, credentials not available. */
export class ConflictError extends AppError {
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, details?: Record<string, unknown>, options?: ErrorOptions) {
    super('conflict', message, options);
    this.details = details;
  }
}

/** More often than the published rate allows. */
export class TooManyRequestsError extends AppError {
  /** When the same call will do, in whole seconds. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super('too_many_requests', `${message} Try again in ${retryAfter} s.`);
    this.retryAfter = retryAfter;
  }
}

/** The provider refused, or could not be reached; `retryable` when the same call may work later. */
export class UpstreamError extends AppError {
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super('upstream', message, options);
    this.retryable = retryable;
  }
}

const unreachable = 'The database cannot be reached. Try again in a moment.';

/** The database cannot be reached in time; nothing was changed. */
export class UnavailableError extends AppError {
  constructor({ message = unreachable, ...options }: ErrorOptions & { message?: string } = {}) {
    super('unavailable', message, options);
  }
}

/** Characters of a path that a complaint tells: keys in it are the caller's. */
const longestToldPath = 200;

/** The first complaints, and one that says how many more there are: it has no path. */
function boundedIssues(issues: readonly FieldIssue[]): FieldIssue[] {
  const told = issues.slice(0, mostComplaints).map(({ path, message }) => ({
    path:
      path.length > longestToldPath ? `${path.slice(0, longestToldPath).toWellFormed()}…` : path,
    message,
  }));
  const [next, ...others] = issues.slice(mostComplaints);
  if (next === undefined) return told;
  const isBounded = others.length === 0 && next.path === ''; // these were bounded before
  return [
    ...told,
    isBounded ? next : { path: '', message: `and ${others.length + 1} more` },
  ];
}

function describeIssues(fields: readonly FieldIssue[]): string {
  const listed = fields.map(({ path, message }) => (path ? `${path} ${message}` : message));
  return `${listed.join('; ')}.`;
}

/** What stops a start: names a variable and what it should be, never what it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
