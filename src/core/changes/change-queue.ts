import type { AppError } from '../../platform/errors.ts';
import type { Change } from './change.ts';

/** What waits for a subscriber to take it, one by one; at most so much. */
export type ChangeQueue = {
  readonly size: number;
  push(change: Change): void;
  /** Ends it; what waits is dropped. Whoever takes next gets the reason, where there is one. */
  end(reason?: AppError): void;
  /** Waits for a change; undefined: it has ended. */
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
      ended = { reason: undefined }; // told once
      throw reason;
    },
  };
}
