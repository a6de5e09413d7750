import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { batch } from '../../src/platform/db/batch.ts';
import { UnavailableError } from '../../src/platform/errors.ts';

/** Records the batches it gets; each is settled when the test says so. */
function recordBatches() {
  const batches: number[][] = [];
  const answers: (() => void)[] = [];
  const run = async (items: readonly number[]) => {
    batches.push([...items]);
    await new Promise<void>((resolve) => answers.push(resolve));
    return items.map((item) => item * 10);
  };
  const answerAll = async () => {
    for (const answer of answers.splice(0)) answer();
    await nextTick();
    await nextTick();
  };
  return { batches, run, answerAll };
}

const range = (length: number) => Array.from({ length }, (_, index) => index);

test('the calls of one tick share one run and get their results in order', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = batch(run);
  const answers = Promise.all([ask(3), ask(1), ask(3)]);
  await nextTick();
  await answerAll();
  expect(await answers).toEqual([30, 10, 30]);
  expect(batches).toEqual([[3, 1, 3]]);
});

test('a call never joins a batch that is already sent', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = batch(run);
  const first = ask(1);
  await nextTick();
  const second = ask(1);
  await nextTick();
  expect(batches).toEqual([[1], [1]]);
  await answerAll();
  expect(await Promise.all([first, second])).toEqual([10, 10]);
});

test('a batch holds at most max items', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = batch(run, { max: 3 });
  const answers = Promise.all(range(7).map(ask));
  await nextTick();
  expect(batches).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  await answerAll();
  expect(await answers).toEqual(range(7).map((item) => item * 10));
});

test('beyond inFlight batches, calls wait and form the next one', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = batch(run, { inFlight: 2 });
  const answers: Promise<number>[] = [];
  for (const item of range(5)) {
    answers.push(ask(item));
    await nextTick();
  }
  expect(batches).toEqual([[0], [1]]);
  await answerAll();
  expect(batches).toEqual([[0], [1], [2, 3, 4]]);
  await answerAll();
  expect(await Promise.all(answers)).toEqual([0, 10, 20, 30, 40]);
});

test('a batch that fails is run once more, item by item', async () => {
  const sizes: number[] = [];
  const ask = batch(async (items: readonly number[]) => {
    sizes.push(items.length);
    if (items.includes(2)) throw new Error('poisoned');
    return items;
  });
  const settled = await Promise.allSettled([ask(1), ask(2), ask(3)]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(sizes).toEqual([3, 1, 1, 1]);
});

test('a batch of one that fails is not run again', async () => {
  let runs = 0;
  const ask = batch(async () => {
    runs++;
    throw new Error('poisoned');
  });
  await expect(ask(1)).rejects.toThrow('poisoned');
  expect(runs).toBe(1);
});

test('when the database is unavailable, the whole batch fails at once', async () => {
  let runs = 0;
  const ask = batch(async () => {
    runs++;
    throw new UnavailableError();
  });
  const settled = await Promise.allSettled(range(50).map(ask));
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(runs).toBe(1);
});

test('when the database becomes unavailable during the retry, the items left fail without a run', async () => {
  const runs: number[][] = [];
  const ask = batch(async (items: readonly number[]) => {
    runs.push([...items]);
    if (items.length > 1) throw new Error('poisoned');
    if (items[0] === 1) throw new UnavailableError();
    return items;
  });
  const settled = await Promise.allSettled(range(4).map(ask));
  expect(settled.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
  ]);
  expect(runs).toEqual([[0, 1, 2, 3], [0], [1]]);
});

test('a run that throws at once or returns too few results fails its call', async () => {
  const throwing = batch((): Promise<number[]> => {
    throw new Error('at once');
  });
  await expect(throwing(1)).rejects.toThrow('at once');
  const short = batch(async () => []);
  await expect(short(1)).rejects.toThrow('returned 0 results for 1 item');
});

test('an Error among the results is a result', async () => {
  const ask = batch(async (items: readonly number[]) => items.map(() => new Error('of this item')));
  expect(await ask(1)).toEqual(new Error('of this item'));
});
