import { ownerOf, type Rate } from '../../core/access/rate.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';
import { secondsToPermits, takePermit } from '../apps/app-permits.ts';

/*
 * Limits the actions of connect tokens. Every action is an audit event, and some call a provider with the
 * client of the operator. Strangers can have a token of a public app, so these tokens are limited per
 * token, client address and app. Tokens that were made with a key are the responsibility of its owner, so
 * each is limited only by itself.
 */

/** The caller and the request. */
type ActionCaller = Pick<RequestContext, 'deps' | 'request'>;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Counts the actions of each connect token and each address. */
    actionRate: Rate;
  }
}

/**
 * Refuses a connect token that is known to exceed the published rates. It counts nothing.
 *
 * @throws TooManyRequestsError.
 */
export function requireActionsLeft({ deps, request, viewer }: RequestContext): void {
  if (viewer.kind !== 'connect_token') return;
  requireAttemptsLeft({ deps, request }, viewer);
  if (viewer.via === 'key') return;
  const seconds = secondsToPermits(deps, 'action', viewer.appId);
  if (seconds > 0)
    throw tooManyActions(viewer, deps.config.limits.actionsPerApp, 'for one app', seconds);
}

/**
 * Counts an action that changes or begins something, whether or not it succeeds: for the token and the
 * client address, which each process counts, and for the app, which all processes count together.
 *
 * @throws TooManyRequestsError.
 */
export async function takeAction(
  context: RequestContext,
  viewer: ConnectTokenViewer,
): Promise<void> {
  const { deps, request } = context;
  requireActionsLeft({ ...context, viewer });
  takeAttempt({ deps, request }, viewer);
  if (viewer.via === 'key' || (await takePermit(deps, 'action', viewer.appId))) return;
  const seconds = Math.max(1, secondsToPermits(deps, 'action', viewer.appId));
  throw tooManyActions(viewer, deps.config.limits.actionsPerApp, 'for one app', seconds);
}

/**
 * Counts an action that changes nothing permanently, such as opening a link: for the token and the
 * address.
 *
 * @throws TooManyRequestsError.
 */
export function takeAttempt(caller: ActionCaller, viewer: ConnectTokenViewer): void {
  requireAttemptsLeft(caller, viewer);
  for (const { key } of countsOf(caller, viewer)) caller.deps.actionRate.take(key);
}

function requireAttemptsLeft(caller: ActionCaller, viewer: ConnectTokenViewer): void {
  for (const { key, limit, whose } of countsOf(caller, viewer)) {
    const seconds = caller.deps.actionRate.secondsToWait(key, limit);
    if (seconds > 0) throw tooManyActions(viewer, limit, whose, seconds);
  }
}

/** Returns the keys by which this process counts the actions of a token, each with its limit. */
function countsOf({ deps, request }: ActionCaller, { id, via }: ConnectTokenViewer) {
  const { actionsPerToken, actionsPerKeyedToken, actionsPerAddress } = deps.config.limits;
  const ofToken = { key: `token ${id}`, whose: 'with one token' };
  if (via === 'key') return [{ ...ofToken, limit: actionsPerKeyedToken }];
  const address = `address ${ownerOf(request.ip)}`;
  return [
    { ...ofToken, limit: actionsPerToken },
    { key: address, limit: actionsPerAddress, whose: 'from one address' },
  ];
}

function tooManyActions(
  { via }: ConnectTokenViewer,
  limit: number,
  whose: string,
  seconds: number,
) {
  const tokens = via === 'key' ? 'Connect tokens' : 'Connect tokens made without a key';
  return new TooManyRequestsError(`${tokens} can do ${limit} actions a minute ${whose}.`, seconds);
}
