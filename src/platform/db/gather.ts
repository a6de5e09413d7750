import { UnavailableError } from '../errors.ts';
import { translateDatabaseError } from './errors.ts';

export type Gather<Item, Result> = (item: Item) => Promise<Result>;

type Run<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

type Waiting<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
};

/**
 * Joins concurrent calls into one statement: `run` gets the items of one tick, at most `max` (200),
 * and answers by ordinal. A call joins only a batch that is not yet sent, so an answer is never older
 * than its question. At most `inFlight` (4) batches run; what comes meanwhile forms the next ones.
 * When a batch of several fails, each item is run once more alone and settles by itself, unless the
 * database is away: then all of them fail at once.
 */
export function gather<Item, Result>(
  run: Run<Item, Result>,
  { max = 200, inFlight = 4 }: { max?: number; inFlight?: number } = {},
): Gather<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;

  // setImmediate comes after the whole poll phase: requests read from several sockets in it join.
  const schedule = () => {
    if (scheduled || running >= inFlight || waiting.length === 0) return;
    scheduled = true;
    setImmediate(flush);
  };
  const flush = () => {
    scheduled = false;
    while (waiting.length > 0 && running < inFlight) {
      const rest = waiting.length > max ? waiting.splice(max) : [];
      running++;
      void runBatch(run, waiting).finally(done);
      waiting = rest;
    }
  };
  const done = () => {
    running--;
    schedule();
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

/** Settles every call of a batch; never rejects itself. */
async function runBatch<Item, Result>(
  run: Run<Item, Result>,
  batch: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await runAll(run, batch);
    batch.forEach((call, ordinal) => {
      call.resolve(results[ordinal] as Result);
    });
  } catch (error) {
    if (batch.length === 1 || isUnavailable(error)) rejectAll(batch, error);
    else await runAlone(run, batch);
  }
}

async function runAll<Item, Result>(
  run: Run<Item, Result>,
  batch: readonly Waiting<Item, Result>[],
): Promise<readonly Result[]> {
  const results = await run(batch.map((call) => call.item));
  if (results.length === batch.length) return results;
  throw new Error(`A gathered statement answered ${results.length} of ${batch.length} items.`);
}

/** One after the other, so that a bad batch takes no more sessions than a good one. */
async function runAlone<Item, Result>(
  run: Run<Item, Result>,
  batch: readonly Waiting<Item, Result>[],
): Promise<void> {
  for (const [ordinal, call] of batch.entries()) {
    try {
      const [result] = await runAll(run, [call]);
      call.resolve(result as Result);
    } catch (error) {
      if (isUnavailable(error)) return rejectAll(batch.slice(ordinal), error);
      call.reject(error);
    }
  }
}

function rejectAll<Item, Result>(batch: readonly Waiting<Item, Result>[], reason: unknown): void {
  for (const call of batch) call.reject(reason);
}

function isUnavailable(error: unknown): boolean {
  return translateDatabaseError(error) instanceof UnavailableError;
}
