import { expect, test } from 'vitest';
import type { Change } from '../../src/core/changes/change.ts';
import { createChangeQueue } from '../../src/core/changes/open-stream.ts';
import { AppError } from '../../src/platform/errors.ts';

const change = (id: number): Change => ({
  id,
  at: new Date(),
  kind: 'updated',
  projectId: 'p',
  connectionId: 'c',
});

test('changes are read in order, by a waiting reader and by a later one', async () => {
  const queue = createChangeQueue();
  const waiting = queue.take();
  queue.push(change(1));
  queue.push(change(2));
  expect([(await waiting)?.id, (await queue.take())?.id, queue.size]).toEqual([1, 2, 0]);
});

test('the end of a queue drops the waiting changes and throws its reason once', async () => {
  const queue = createChangeQueue();
  queue.push(change(1));
  queue.end(new AppError('unavailable', 'gone'));
  queue.push(change(2));
  await expect(queue.take()).rejects.toThrow('gone');
  expect(await queue.take()).toBeUndefined();
  expect(queue.size).toBe(0);
});

test('the end of a queue without a reason releases a waiting reader', async () => {
  const queue = createChangeQueue();
  const waiting = queue.take();
  queue.end();
  expect(await waiting).toBeUndefined();
});
