import { AppError, UnauthenticatedError } from '../../platform/errors.ts';
import { ownerOf } from '../access/rate.ts';
import type { RequestContext } from '../access/request-context.ts';
import type { Deps } from '../deps/deps.ts';

/*
 * Streams last for hours, so each process limits how many are open at once: for each credential, for the
 * connect tokens of each app, and in total. Anybody can get a connect token of a public app. Streams of
 * such tokens are also limited for each client address, and use at most half of all slots.
 */

/** A key by which streams are counted, its limit, and the words for the error. */
type Bound = { key: string; most: number; whose: string; advice: string };

declare module '../deps/deps.ts' {
  interface Deps {
    /** How many streams are open, by the key of each bound. */
    streamCounts: Map<string, number>;
  }
}

const all = 'all';

/**
 * Counts one more stream of the caller until the returned function is called.
 *
 * @throws AppError if the limit is reached, UnauthenticatedError without a credential.
 */
export function takeSlot(context: RequestContext): () => void {
  const open = context.deps.streamCounts;
  const bounds = boundsOf(context);
  for (const { key, most, whose, advice } of bounds) {
    if ((open.get(key) ?? 0) < most) continue;
    throw new AppError(
      'too_many_requests',
      `${whose} ${most} subscriptions open already, which is the limit. ${advice}`,
    );
  }
  const count = (by: number) => {
    for (const { key } of bounds) {
      const streams = (open.get(key) ?? 0) + by;
      if (streams > 0) open.set(key, streams);
      else open.delete(key);
    }
  };
  count(1);
  let isTaken = true;
  return () => {
    if (isTaken) count(-1);
    isTaken = false;
  };
}

/** Returns how many streams this process has open. */
export function openStreams(deps: Deps): number {
  return deps.streamCounts.get(all) ?? 0;
}

function boundsOf({ deps, viewer, request }: RequestContext): Bound[] {
  if (viewer.kind === 'anonymous') throw new UnauthenticatedError();
  const { limits } = deps.config;
  const own: Bound = {
    key: `${viewer.kind} ${viewer.id}`,
    most: limits.subscriptions,
    whose: 'This credential has',
    advice: 'Close one first.',
  };
  const ofProcess: Bound = {
    key: all,
    most: limits.subscriptionsPerProcess,
    whose: 'This server has',
    advice: 'Try again later, or ask the operator to raise LIMIT_SUBSCRIPTIONS_PER_PROCESS.',
  };
  if (viewer.kind !== 'connect_token') return [own, ofProcess];
  const { appId, via } = viewer;
  const ofApp: Bound = {
    key: `app ${via} ${appId}`,
    most: limits.subscriptionsPerApp,
    whose: 'The users of this app have',
    advice: 'Try again later; until then, ask for the status every few seconds.',
  };
  if (via === 'key') return [own, ofApp, ofProcess];
  return [
    own,
    {
      key: `address ${ownerOf(request.ip)}`,
      most: limits.subscriptionsPerAddress,
      whose: 'With connect tokens made without a key, this address has',
      advice: 'Close one first.',
    },
    ofApp,
    {
      key: 'strangers',
      most: Math.ceil(limits.subscriptionsPerProcess / 2),
      whose: 'With connect tokens made without a key, this server has',
      advice: ofApp.advice,
    },
    ofProcess,
  ];
}
