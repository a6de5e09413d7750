import { validate, version } from 'uuid';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '../../src/platform/new-id.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('newId returns UUIDs of version 7, each greater than the one before', () => {
  const ids = Array.from({ length: 50_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
});

test('newId returns greater ids also when the clock is set back', () => {
  const ids = [newId()];
  vi.useFakeTimers({ now: Date.now() - 3_600_000 });
  ids.push(newId());
  vi.useRealTimers();
  ids.push(newId());
  expect(new Set(ids).size).toBe(3);
  expect([...ids].sort()).toEqual(ids);
});

test('newId never repeats the random part', () => {
  const parts = Array.from({ length: 2_000 }, () => newId().slice(-12));
  expect(new Set(parts).size).toBe(parts.length);
});
