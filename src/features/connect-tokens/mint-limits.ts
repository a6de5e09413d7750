import { ownerOf, type Rate } from '../../core/access/rate.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';
import { secondsToPermits, takePermit } from '../apps/app-permits.ts';

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Counts how many connect tokens each address creates without a key. */
    mintRate: Rate;
  }
}

/**
 * Refuses a caller without a key who is known to exceed the published rates. It counts nothing.
 *
 * @throws TooManyRequestsError.
 */
export function requireMintsLeft({ deps, viewer, request, app }: RequestContext): void {
  if (viewer.kind !== 'anonymous' || app === null) return;
  const { mintsPerAddress, mintsPerApp } = deps.config.limits;
  const ofAddress = deps.mintRate.secondsToWait(ownerOf(request.ip), mintsPerAddress);
  if (ofAddress > 0) throw tooManyTokens(mintsPerAddress, 'from one address', ofAddress);
  const ofApp = secondsToPermits(deps, 'mint', app.id);
  if (ofApp > 0) throw tooManyTokens(mintsPerApp, 'for one app', ofApp);
}

/**
 * Counts one connect token that is created without a key: for the address of the caller, which each
 * process counts, and for the app, which all processes count together.
 *
 * @throws TooManyRequestsError, NotFoundError if the app was deleted.
 */
export async function takeMint(context: RequestContext, app: HostApp): Promise<void> {
  requireMintsLeft(context);
  context.deps.mintRate.take(ownerOf(context.request.ip));
  if (await takePermit(context.deps, 'mint', app.id)) return;
  // The minute may have just ended. A wait of 0 seconds would be no valid Retry-After.
  const wait = Math.max(1, secondsToPermits(context.deps, 'mint', app.id));
  throw tooManyTokens(context.deps.config.limits.mintsPerApp, 'for one app', wait);
}

function tooManyTokens(limit: number, whose: string, seconds: number): TooManyRequestsError {
  return new TooManyRequestsError(
    `Without a key, ${limit} connect tokens a minute can be created ${whose}.`,
    seconds,
  );
}
