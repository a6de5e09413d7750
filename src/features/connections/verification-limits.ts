import type { Rate } from '../../core/access/rate.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { actorOf } from '../../core/audit/audit.service.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Counts the verifications of each caller, and those of each host. */
    verificationRate: Rate;
  }
}

/**
 * Refuses a caller who is known to exceed the published rate of verifications. It counts nothing.
 *
 * @throws TooManyRequestsError.
 */
export function requireVerificationsLeft({ deps, viewer }: RequestContext): void {
  if (viewer.kind === 'anonymous') return;
  const { verifications } = deps.config.limits;
  const seconds = deps.verificationRate.secondsToWait(callerKey(viewer), verifications);
  if (seconds > 0) throw tooMany(verifications, 'for one caller', seconds);
}

/**
 * Counts a verification: for the caller, and for the host that receives the credentials. Otherwise a caller
 * could try passwords at a host, and this server would hide who does that.
 *
 * @param host null for a verification that reaches no host.
 * @throws TooManyRequestsError.
 */
export function takeVerification(context: RequestContext, host: string | null): void {
  const { deps, viewer } = context;
  if (viewer.kind === 'anonymous') throw new Error('Only callers with a credential can verify.');
  requireVerificationsLeft(context);
  const { verificationsPerHost } = deps.config.limits;
  const owner = viewer.kind === 'connect_token' ? viewer.appId : viewer.organizationId;
  const hostKey = `host ${owner} ${host}`;
  if (host !== null) {
    const seconds = deps.verificationRate.secondsToWait(hostKey, verificationsPerHost);
    if (seconds > 0) throw tooMany(verificationsPerHost, 'at one host', seconds);
    deps.verificationRate.take(hostKey);
  }
  deps.verificationRate.take(callerKey(viewer));
}

function callerKey(viewer: RequestContext['viewer']): string {
  return `caller ${actorOf(viewer)}`;
}

function tooMany(limit: number, whose: string, seconds: number): TooManyRequestsError {
  return new TooManyRequestsError(
    `${limit} verifications a minute are possible ${whose}.`,
    seconds,
  );
}
