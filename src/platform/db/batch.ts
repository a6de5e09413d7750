import DataLoader from 'dataloader';
import { UnavailableError } from '../errors.ts';
import { translateDatabaseError } from './errors.ts';

/** Returns the result of one item. The call shares its statement with concurrent calls. */
export type Batched<Item, Result> = (item: Item) => Promise<Result>;

type RunBatch<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/** Returns or throws the result of one item. A value that is an Error would be rejected by DataLoader. */
type Settled<Result> = () => Result;

/**
 * Joins concurrent calls into one statement: `run` gets at most `max` items and returns their results in
 * the same order. A call joins only a batch that is not yet sent, so a result is never older than its
 * call. At most `inFlight` batches run at once; later calls collect in the next ones. When a batch of
 * several items fails, each item is run once more alone, so that one bad item does not fail its
 * neighbours. When the database is unavailable, all of them fail at once.
 */
export function batch<Item, Result>(
  run: RunBatch<Item, Result>,
  { max = 200, inFlight = 4 }: { max?: number; inFlight?: number } = {},
): Batched<Item, Result> {
  const due: (() => void)[] = [];
  let running = 0;
  const sendDue = () => {
    for (; running < inFlight && due.length > 0; running++) due.shift()?.();
  };
  const send = async (items: readonly Item[]) => {
    const settled = await settle(run, items);
    running--;
    setImmediate(sendDue);
    return settled;
  };
  const batchScheduleFn = (dispatch: () => void) => {
    due.push(dispatch);
    // setImmediate runs after the whole poll phase: requests that arrive on several sockets share a batch.
    setImmediate(sendDue);
  };
  const loader = new DataLoader(send, { cache: false, maxBatchSize: max, batchScheduleFn });
  return async (item) => (await loader.load(item))();
}

/**
 * Runs all items together. If that fails, it runs them one after the other, which needs no more than the one
 * database session of the batch.
 */
async function settle<Item, Result>(
  run: RunBatch<Item, Result>,
  items: readonly Item[],
): Promise<Settled<Result>[]> {
  const settled: Settled<Result>[] = [];
  for (let size = items.length; settled.length < items.length; ) {
    const part = items.slice(settled.length, settled.length + size);
    try {
      const results = await run(part);
      if (results.length !== part.length) {
        throw new Error(`A batch returned ${results.length} results for ${part.length} items.`);
      }
      settled.push(...results.map((result) => () => result));
    } catch (error) {
      const fail = () => {
        throw error;
      };
      const isUnavailable = translateDatabaseError(error) instanceof UnavailableError;
      if (isUnavailable) settled.push(...items.slice(settled.length).map(() => fail));
      else if (size === 1) settled.push(fail);
      else size = 1;
    }
  }
  return settled;
}
