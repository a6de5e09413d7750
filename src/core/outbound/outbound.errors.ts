/** The reasons why a request to a provider has no response. The codes never change. */
type OutboundErrorCode =
  | 'outbound_refused'
  | 'outbound_timeout'
  | 'outbound_too_large'
  | 'outbound_encoded'
  | 'outbound_redirect'
  | 'outbound_unreachable';

/**
 * A request without a usable response. The message names at most the host, and there is no `cause`: errors
 * of undici contain parts of the request and the response.
 */
export abstract class OutboundError extends Error {
  abstract readonly code: OutboundErrorCode;
  readonly host: string;
  /** False if it is certain that nothing of the request was sent. */
  readonly isSent: boolean = true;

  constructor(host: string, problem: string) {
    super(`${host} ${problem}`);
    this.name = new.target.name;
    this.host = host;
  }
}

/** The address is not allowed, so nothing was sent. */
export class OutboundRefusedError extends OutboundError {
  readonly code = 'outbound_refused';
  override readonly isSent = false;
}

/** The deadline passed. The provider may have carried out the request. */
export class OutboundTimeoutError extends OutboundError {
  readonly code = 'outbound_timeout';

  constructor(host: string, milliseconds: number) {
    super(host, `did not answer within ${milliseconds} ms`);
  }
}

/** The response body is larger than the limit. */
export class OutboundTooLargeError extends OutboundError {
  readonly code = 'outbound_too_large';

  constructor(host: string, limit: number) {
    super(host, `answered with more than ${limit} bytes`);
  }
}

/** The response body is damaged, or has an encoding that is not supported. */
export class OutboundEncodedError extends OutboundError {
  readonly code = 'outbound_encoded';

  constructor(host: string) {
    super(host, 'answered with a content encoding that cannot be read');
  }
}

/** The response is a redirect, which is never followed with credentials. */
export class OutboundRedirectError extends OutboundError {
  readonly code = 'outbound_redirect';
  readonly status: number;

  constructor(host: string, status: number) {
    super(host, `answered with a redirect (${status}), which is not followed`);
    this.status = status;
  }
}

/** The error codes of the system for a socket that was never connected, so nothing was sent. */
const unconnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * The host could not be reached, or it broke off or did not speak HTTP. `reason` is the error code of the
 * system.
 */
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
