import { setTimeout as wait } from 'node:timers/promises';
import type { Listen } from '../../platform/db/listen.ts';
import { AppError } from '../../platform/errors.ts';
import type { LeanDeps } from '../deps/deps.ts';
import { channel } from './announce-changes.ts';
import { type Change, createChangeReader, type Reading } from './change.ts';

/** A subscriber to the changes of a project. */
type Subscriber = {
  projectId: string;
  push(change: Change): void;
  end(reason?: AppError): void;
};

type ChangeFeed = {
  /**
   * Starts to report every change that is committed after this resolves. It returns a function that stops.
   */
  join(subscriber: Subscriber): Promise<() => void>;
  /**
   * Ends every subscription with a {@link ServerStopsError} and refuses new ones, because the process
   * stops.
   */
  close(): void;
};

/** Ends a subscription that continues when the client opens it again on another process. */
export class ServerStopsError extends AppError {
  constructor() {
    super('unavailable', 'The server stops. Open the subscription again in a moment.');
  }
}

/**
 * Minimum and maximum pause between two readings in milliseconds. The maximum exists because a
 * notification can be lost.
 */
const pauses = { least: 50, most: 1_000, afterFailure: 500 };
/**
 * A process spends at most this fraction of its time on reading (one part in five), so that subscriptions
 * never slow down everything else.
 */
const readShare = 5;

/** Creates the feed of one process. It reads once for all subscribers, and only while there are any. */
export function createChangeFeed(deps: LeanDeps, listen: Listen): ChangeFeed {
  const present = new Set<Subscriber>();
  const joining = new Map<Subscriber, { resolve(): void; reject(reason: unknown): void }>();
  const bell = createBell();
  let isRunning = false;
  let isClosed = false;

  const readOnce = async (read: ReturnType<typeof createChangeReader>): Promise<void> => {
    const [old, fresh] = [[...present], [...joining]];
    const projectIds = new Set([...old, ...joining.keys()].map(({ projectId }) => projectId));
    try {
      tell(old, await read([...projectIds]));
      // Changes that were committed before these subscribers joined have been read by now, and were
      // reported only to the others.
      for (const [subscriber, { resolve }] of fresh) {
        if (!joining.delete(subscriber)) continue;
        present.add(subscriber);
        resolve();
      }
    } catch (error) {
      for (const [subscriber, { reject }] of fresh) {
        joining.delete(subscriber);
        reject(error);
      }
      deps.log.warn({ err: error }, 'could not read changes; will try again');
      await wait(pauses.afterFailure);
    }
  };

  const run = async (): Promise<void> => {
    const listening = listen(channel, bell.ring);
    const read = createChangeReader(deps.sql);
    while (present.size + joining.size > 0) {
      const begun = performance.now();
      await readOnce(read);
      await bell.rest(Math.max(pauses.least, (performance.now() - begun) * (readShare - 1)));
    }
    isRunning = false;
    await listening.close();
  };

  const start = (): void => {
    if (isRunning) return;
    isRunning = true;
    run().catch((error: unknown) =>
      deps.log.error({ err: error }, 'the change feed stopped unexpectedly'),
    );
  };

  return {
    async join(subscriber) {
      if (isClosed) throw new ServerStopsError();
      const joined = new Promise<void>((resolve, reject) => {
        joining.set(subscriber, { resolve, reject });
      });
      bell.ring();
      start();
      await joined;
      return () => {
        present.delete(subscriber);
        bell.ring();
      };
    },
    close() {
      isClosed = true;
      for (const subscriber of present) subscriber.end(new ServerStopsError());
      for (const { reject } of joining.values()) reject(new ServerStopsError());
      joining.clear();
    },
  };
}

declare module '../deps/deps.ts' {
  interface Deps {
    changeFeed: ChangeFeed;
  }
}

function tell(subscribers: readonly Subscriber[], reading: Reading): void {
  for (const subscriber of subscribers) {
    if (reading.kind === 'missed') subscriber.end(new AppError('unavailable', missed));
    else
      for (const change of reading.changes) {
        if (change.projectId === subscriber.projectId) subscriber.push(change);
      }
  }
}

const missed =
  'This process has missed changes. Open the subscription again, then read the current state.';

/** Creates a bell: a loop waits until it rings, or until the time has passed. */
function createBell() {
  let isRung = false;
  let wake = () => {};
  const ring = () => {
    isRung = true;
    wake();
  };
  const rest = async (least: number): Promise<void> => {
    await wait(least);
    if (!isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauses.most).unref();
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    isRung = false;
  };
  return { ring, rest };
}
