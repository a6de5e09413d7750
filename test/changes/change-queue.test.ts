import { expect, test } from 'vitest';
import type { Change } from '../../src/core/changes/change.ts';
import { createChangeQueue } from '../../src/core/changes/change-queue.ts';
import { AppError } from '../../src/platform/errors.ts';

const change = (id: number): Change => ({
  ...{ id, at: new Date(), kind: 'updated', projectId: 'p', connectionId: 'c' },
});

test('changes are taken in order, by who waits as by who comes later', async () => {
  const queue = createChangeQueue();
  const waiting = queue.take();
  queue.push(change(1));
  queue.push(change(2));
  expect([(await waiting)?.id, (await queue.take())?.id, queue.size]).toEqual([1, 2, 0]);
});

test('when it ends, what waits is dropped and the reason told once', async () => {
  const queue = createChangeQueue();
  queue.push(change(1));
  queue.end(new AppError('unavailable', 'gone'));
  queue.push(change(2));
  await expect(queue.take()).rejects.toThrow('gone');
  expect(await queue.take()).toBeUndefined();
  expect(queue.size).toBe(0);
});

test('who waits is let go when it ends without a reason', async () => {
  const queue = createChangeQueue();
  const waiting = queue.take();
  queue.end();
  expect(await waiting).toBeUndefined();
});
