import type { VerificationVerdict } from '../../platform/db/generated/enums.ts';
import {
  type OutboundError,
  OutboundRedirectError,
  OutboundRefusedError,
  OutboundTimeoutError,
  OutboundTooLargeError,
  OutboundUnreachableError,
} from '../outbound/outbound.errors.ts';

/** The account at a service, as the service names it. At least one of the two is known. */
export type ProviderAccount = { id: string | null; label: string | null };

/** The result of one check: whether the credentials of a connection work. */
export type Verdict = {
  verdict: VerificationVerdict;
  /** What happened and what to do, for a person. It never holds a value of the config. */
  message: string;
  /** What the service itself says about it, without a secret; null if it says nothing. */
  reason: string | null;
  httpStatus: number | null;
  account: ProviderAccount | null;
};

type VerdictOptions = Partial<Pick<Verdict, 'reason' | 'httpStatus' | 'account'>>;

export function verdictOf(
  verdict: VerificationVerdict,
  message: string,
  { reason = null, httpStatus = null, account = null }: VerdictOptions = {},
): Verdict {
  const told = reason === null ? message : `${message} The service says: ${reason}`;
  return { verdict, message: told, reason, httpStatus, account };
}

/** Returns the verdict for a request or a connection that got no usable answer. */
export function verdictOfFailure(error: OutboundError): Verdict {
  const { host } = error;
  if (error instanceof OutboundRefusedError) {
    return verdictOf(
      'blocked_by_policy',
      `This server does not send requests to ${host}. Its operator can open the host in OUTBOUND_ALLOW.`,
    );
  }
  if (error instanceof OutboundRedirectError) {
    return verdictOf(
      'unreachable',
      `${host} sends the request to another address, which is not followed with a credential. Check the address.`,
      { httpStatus: error.status },
    );
  }
  return verdictOf(
    'unreachable',
    `${describeNoAnswer(error)} Check the address, or try again later.`,
  );
}

function describeNoAnswer(error: OutboundError): string {
  const { host } = error;
  if (error instanceof OutboundTimeoutError) return `${host} does not answer in time.`;
  if (error instanceof OutboundTooLargeError) return `${host} sends more than can be read.`;
  if (!(error instanceof OutboundUnreachableError)) {
    return `${host} sends an answer that cannot be read.`;
  }
  const { reason } = error;
  if (reason === 'ENOTFOUND') return `There is no host with the name ${host}.`;
  if (reason === 'EAI_AGAIN') return `The name ${host} cannot be resolved now.`;
  if (reason === 'ECONNREFUSED') return `${host} does not accept connections.`;
  if (isTlsCode(reason))
    return `The certificate of ${host} is not valid, or it does not speak TLS.`;
  return `${host} cannot be reached.`;
}

function isTlsCode(code: string): boolean {
  return /CERT|SSL|TLS|SIGNATURE|EPROTO|ISSUER/.test(code);
}
