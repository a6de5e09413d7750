import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gather } from '../../src/platform/db/gather.ts';
import { UnavailableError } from '../../src/platform/errors.ts';

/** Records the batches it gets; each is answered when the test says so. */
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

test('the calls of one tick share one run and are answered by ordinal', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = gather(run);
  const answers = Promise.all([ask(3), ask(1), ask(3)]);
  await nextTick();
  await answerAll();
  expect(await answers).toEqual([30, 10, 30]);
  expect(batches).toEqual([[3, 1, 3]]);
});

test('a call never joins a batch that is already sent', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = gather(run);
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
  const ask = gather(run, { max: 3 });
  const answers = Promise.all(range(7).map(ask));
  await nextTick();
  expect(batches).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  await answerAll();
  expect(await answers).toEqual(range(7).map((item) => item * 10));
});

test('beyond inFlight batches, calls wait and form the next one', async () => {
  const { batches, run, answerAll } = recordBatches();
  const ask = gather(run, { inFlight: 2 });
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

test('a batch that fails is run again item by item, once', async () => {
  const sizes: number[] = [];
  const ask = gather(async (items: readonly number[]) => {
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
  const ask = gather(async () => {
    runs++;
    throw new Error('poisoned');
  });
  await expect(ask(1)).rejects.toThrow('poisoned');
  expect(runs).toBe(1);
});

test('when the database is away, the whole batch fails at once', async () => {
  let runs = 0;
  const ask = gather(async () => {
    runs++;
    throw new UnavailableError();
  });
  const settled = await Promise.allSettled(range(50).map(ask));
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(runs).toBe(1);
});

test('a run that throws at once, or answers too little, is a failure as any other', async () => {
  const throwing = gather((): Promise<number[]> => {
    throw new Error('at once');
  });
  await expect(throwing(1)).rejects.toThrow('at once');
  const short = gather(async () => []);
  await expect(short(1)).rejects.toThrow('answered 0 of 1');
});

test('an Error among the results is a result', async () => {
  const ask = gather(async (items: readonly number[]) =>
    items.map(() => new Error('of this item')),
  );
  expect(await ask(1)).toEqual(new Error('of this item'));
});
