import { setTimeout as wait } from 'node:timers/promises';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../access/request-context.ts';
import type { Deps } from '../deps/deps.ts';
import type { Change } from './change.ts';
import { takeSlot } from './stream-slots.ts';

/** The subject of a stream. */
type Watch<Event> = {
  projectId: string;
  /** Whether a change concerns this subject. */
  isAbout(change: Change): boolean;
  /**
   * Loads the event for a change, as the caller may see it; undefined if there is nothing to send.
   */
  tell(change: Change): Promise<Event | undefined>;
  /** Throws if the caller may no longer watch the subject. */
  requireRight(): Promise<void>;
};

/**
 * Pause in milliseconds between two checks of the caller's right, which is also checked before each event.
 */
export const rightCheckPause = 5_000;
const streamRetryPause = 250;

/**
 * Streams every change that is committed after this resolves, in order, until the credential expires or
 * loses its right, or the client falls too far behind. `context` belongs to the stream alone: its viewer
 * is refreshed whenever the credential is looked up.
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
  const leave = await deps.changeFeed
    .join({ projectId: watch.projectId, push, end: queue.end })
    .catch((error: unknown) => {
      release();
      throw translateDatabaseError(error);
    });
  const check = () => requireRight(context, watch).catch((error: unknown) => endFor(error));
  const endFor = (error: unknown) => {
    if (error instanceof AppError && error.kind !== 'unavailable') queue.end(error);
  };
  const checking = setInterval(() => void check(), rightCheckPause).unref();
  const close = () => {
    clearInterval(checking);
    leave();
    release();
    queue.end();
  };
  context.lasting?.onGone(close); // the stream may end before the client takes an event
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

/**
 * Creates an iterator whose `return` does not wait for a pending `next`, unlike that of a generator. A
 * client that leaves must free its slot at once.
 */
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

/**
 * Repeats the work until the database can be reached again, so that no change which was already read is
 * lost.
 */
async function untilAvailable<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const known = translateDatabaseError(error);
      if (!(known instanceof AppError) || known.kind !== 'unavailable') throw error;
      await wait(streamRetryPause);
    }
  }
}

/** Ends every stream of this process, which is about to stop. */
export function closeStreams(deps: Deps): void {
  deps.changeFeed.close();
}

function fallenBehind(): AppError {
  return new AppError(
    'too_many_requests',
    'The client reads more slowly than changes arrive. Open the subscription again, then read the current state.',
  );
}

/** A bounded queue of changes that wait for one subscriber. */
type ChangeQueue = {
  readonly size: number;
  push(change: Change): void;
  /**
   * Ends the queue and drops the waiting changes. If there is a reason, the next `take` throws it.
   */
  end(reason?: AppError): void;
  /** Waits for the next change; undefined if the queue has ended. */
  take(): Promise<Change | undefined>;
};

export function createChangeQueue(): ChangeQueue {
  const waiting: Change[] = [];
  let ended: { reason: AppError | undefined } | undefined;
  let wake = () => {};
  return {
    get size() {
      return waiting.length;
    },
    push(change) {
      if (ended === undefined) waiting.push(change);
      wake();
    },
    end(reason) {
      ended ??= { reason };
      waiting.length = 0;
      wake();
    },
    async take() {
      while (waiting.length === 0 && ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const reason = ended?.reason;
      if (reason === undefined) return waiting.shift();
      ended = { reason: undefined }; // it is thrown only once
      throw reason;
    },
  };
}
