import { setTimeout as wait } from 'node:timers/promises';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../access/request-context.ts';
import type { Deps } from '../deps/deps.ts';
import type { Change } from './change.ts';
import { changeFeed } from './change-feed.ts';
import { createChangeQueue } from './change-queue.ts';
import { takeSlot } from './stream-slots.ts';

/** What somebody watches. */
export type Watch<Event> = {
  projectId: string;
  /** Whether a change is about it at all. */
  isAbout(change: Change): boolean;
  /** What they are told of a change, loaded as them; undefined: nothing. */
  tell(change: Change): Promise<Event | undefined>;
  /** Throws when they may watch no more. */
  requireRight(): Promise<void>;
};

/** How often it is asked whether who watches still may, besides at each event, in milliseconds. */
const checkPause = 5_000;
const retryPause = 250;

/**
 * Tells of every change that is committed after this resolves, in order, until the credential ends,
 * loses its right, or falls too far behind. `context` is the stream's own: its viewer is whoever the
 * credential stands for now.
 *
 * @throws AppError for too many streams, UnavailableError.
 */
export async function openStream<Event>(
  context: RequestContext,
  watch: Watch<Event>,
): Promise<AsyncIterableIterator<Event>> {
  const { deps } = context;
  const queue = createChangeQueue();
  const release = takeSlot(context);
  const push = (change: Change) => {
    if (!watch.isAbout(change)) return;
    queue.push(change);
    if (queue.size > deps.config.limits.waitingChanges) queue.end(fallenBehind());
  };
  const leave = await changeFeed(deps)
    .join({ projectId: watch.projectId, push, end: queue.end })
    .catch((error: unknown) => {
      release();
      throw translateDatabaseError(error);
    });
  const check = () => requireRight(context, watch).catch((error: unknown) => endFor(error));
  const endFor = (error: unknown) => {
    if (error instanceof AppError && error.kind !== 'unavailable') queue.end(error);
  };
  const checking = setInterval(() => void check(), checkPause).unref();
  const close = () => {
    clearInterval(checking);
    leave();
    release();
    queue.end();
  };
  context.lasting?.onGone(close); // perhaps before anybody took an event
  const next = async (): Promise<Event | undefined> => {
    for (;;) {
      const change = await queue.take();
      if (change === undefined) return undefined;
      const event = await untilAvailable(async () => {
        await requireRight(context, watch);
        return watch.tell(change);
      });
      if (event !== undefined) return event;
    }
  };
  return iterator(next, close);
}

/** An iterator whose `return` does not wait for `next`, as a generator's would. */
function iterator<Event>(
  next: () => Promise<Event | undefined>,
  close: () => void,
): AsyncIterableIterator<Event> {
  const done = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const value = await next();
        if (value !== undefined) return { done: false, value };
        close();
        return done;
      } catch (error) {
        close();
        throw error;
      }
    },
    async return() {
      close();
      return done;
    },
  };
}

async function requireRight(context: RequestContext, watch: Watch<unknown>): Promise<void> {
  if (context.lasting === undefined) throw new Error('This answer does not go on.');
  context.viewer = await context.lasting.authenticate();
  await watch.requireRight();
}

/** A change that was read is told when the database is back. */
async function untilAvailable<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const known = translateDatabaseError(error);
      if (!(known instanceof AppError) || known.kind !== 'unavailable') throw error;
      await wait(retryPause);
    }
  }
}

/** Ends every stream of this process, which is about to stop. */
export function closeStreams(deps: Deps): void {
  changeFeed(deps).close();
}

function fallenBehind(): AppError {
  return new AppError(
    'too_many_requests',
    'Changes came faster than they were read. Open the subscription again, then read what it is about anew.',
  );
}
