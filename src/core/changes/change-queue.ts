import type { AppError } from '../../platform/errors.ts';
import type { Change } from './change.ts';

/** A bounded queue of changes that wait for one subscriber. */
export type ChangeQueue = {
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
