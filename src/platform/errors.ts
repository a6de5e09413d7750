import { boundedIssues, describeIssues, type FieldIssue } from './field-issues.ts';

/**
 * The form of one kind of failure at each edge. `words` is the message if there is no better one.
 */
type ErrorKind = { status: number; rest: string; graphql: string; words: string };

/** The only table of failures: our code, HTTP status, REST code, GraphQL code. */
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
  upstream_timeout: {
    status: 504,
    rest: 'gateway_timeout',
    graphql: 'BAD_GATEWAY',
    words: 'Gateway Timeout',
  },
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

/**
 * A failure that the caller may know about. Everything else that is thrown is a bug, and its message is
 * masked.
 */
export class AppError extends Error {
  readonly kind: ErrorCode;
  /** Whether the audit log has it already, with more details than a refusal has. */
  isRecorded = false;

  constructor(kind: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = errorNameOf(kind);
    this.kind = kind;
  }
}

/** The name does not come from the class, because a bundler may rename classes. */
function errorNameOf(kind: ErrorCode): string {
  const words = kind.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Error`;
}

/** The input is invalid. `fields` lists all invalid fields at once, up to a limit. */
export class InvalidInputError extends AppError {
  readonly fields: readonly FieldIssue[];

  constructor(fields: readonly FieldIssue[], options?: ErrorOptions) {
    const told = boundedIssues(fields);
    super('invalid_input', describeIssues(told), options);
    this.fields = told;
  }
}

/** The body is larger than the published limit. */
export class PayloadTooLargeError extends AppError {
  constructor(limit: number) {
    super('payload_too_large', `The body is too large; the limit is ${limit} bytes.`);
  }
}

/** The body is not JSON by its Content-Type, or its form is not supported. */
export class UnsupportedMediaTypeError extends AppError {
  constructor(message = 'Send the body as "Content-Type: application/json".') {
    super('unsupported_media_type', message);
  }
}

/** A GraphQL document exceeds a published limit. */
export class QueryTooComplexError extends AppError {
  constructor(message: string) {
    super('query_too_complex', message);
  }
}

/**
 * The client sent only the hash of a query. Apollo and urql know this message and code, and send the whole
 * query next.
 */
export class PersistedQueryNotSupportedError extends AppError {
  constructor() {
    super('persisted_query_not_supported', 'PersistedQueryNotSupported');
  }
}

/** The credential is missing or not valid. */
export class UnauthenticatedError extends AppError {
  constructor(message = 'Send a valid credential as "Authorization: Bearer <credential>".') {
    super('unauthenticated', message);
  }
}

/** The credential is valid, but its role does not allow the action. */
export class ForbiddenError extends AppError {
  constructor(message: string) {
    super('forbidden', message);
  }
}

/** The record does not exist, or the caller may not know of it. No response tells the two apart. */
export class NotFoundError extends AppError {
  constructor(thing: string) {
    super('not_found', `This ${thing} does not exist, or this credential cannot reach it.`);
  }
}

/**
 * The request conflicts with the current state: a name that is taken, an old version, credentials that are
 * not available.
 */
export class ConflictError extends AppError {
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, details?: Record<string, unknown>, options?: ErrorOptions) {
    super('conflict', message, options);
    this.details = details;
  }
}

/** The caller exceeds a published rate. */
export class TooManyRequestsError extends AppError {
  /** Seconds until the same call can succeed. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super('too_many_requests', `${message} Try again in ${retryAfter} s.`);
    this.retryAfter = retryAfter;
  }
}

/**
 * The provider refused the request or could not be reached. `retryable` is true if the same call may
 * succeed later.
 */
export class UpstreamError extends AppError {
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super('upstream', message, options);
    this.retryable = retryable;
  }
}

const databaseUnreachable = 'The database cannot be reached. Try again in a moment.';

/** The database could not be reached in time, and nothing was changed. */
export class UnavailableError extends AppError {
  constructor({
    message = databaseUnreachable,
    ...options
  }: ErrorOptions & { message?: string } = {}) {
    super('unavailable', message, options);
  }
}

/**
 * The configuration is invalid, so the process cannot start. The message names the variable and what it
 * should be, never its value.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
