/** Why a request to a provider has no answer; the codes never change. */
export type OutboundErrorCode =
  | 'outbound_refused'
  | 'outbound_timeout'
  | 'outbound_too_large'
  | 'outbound_encoded'
  | 'outbound_redirect'
  | 'outbound_unreachable';

/**
 * A request that got no answer to work with. The message names the host at most, and there is no
 * `cause`: undici's own errors hold pieces of what was sent and answered.
 */
export abstract class OutboundError extends Error {
  abstract readonly code: OutboundErrorCode;
  readonly host: string;
  /** False where it is certain that nothing of the request left. */
  readonly isSent: boolean = true;

  constructor(host: string, problem: string) {
    super(`${host} ${problem}`);
    this.name = new.target.name;
    this.host = host;
  }
}

/** The address is one that we do not connect to; nothing was sent. */
export class OutboundRefusedError extends OutboundError {
  readonly code = 'outbound_refused';
  override readonly isSent = false;
}

/** The deadline passed; the request may have been carried out all the same. */
export class OutboundTimeoutError extends OutboundError {
  readonly code = 'outbound_timeout';

  constructor(host: string, milliseconds: number) {
    super(host, `did not answer within ${milliseconds} ms`);
  }
}

/** The answer's body is larger than we read. */
export class OutboundTooLargeError extends OutboundError {
  readonly code = 'outbound_too_large';

  constructor(host: string, limit: number) {
    super(host, `answered with more than ${limit} bytes`);
  }
}

/** The answer's body has an encoding that we do not decode, or is damaged. */
export class OutboundEncodedError extends OutboundError {
  readonly code = 'outbound_encoded';

  constructor(host: string) {
    super(host, 'answered with a content encoding that cannot be read');
  }
}

/** The answer points elsewhere; a redirect is never followed with credentials. */
export class OutboundRedirectError extends OutboundError {
  readonly code = 'outbound_redirect';
  readonly status: number;

  constructor(host: string, status: number) {
    super(host, `answered with a redirect (${status}), which is not followed`);
    this.status = status;
  }
}

/** What the system says when there was no connection to send anything on. */
const unconnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** No connection, or one that broke or spoke no HTTP; `reason` is the system's code for it. */
export class OutboundUnreachableError extends OutboundError {
  readonly code = 'outbound_unreachable';
  readonly reason: string;
  override readonly isSent: boolean;

  constructor(host: string, reason: string) {
    super(host, `could not be reached (${reason})`);
    this.reason = reason;
    this.isSent = !unconnected.includes(reason);
  }
}
