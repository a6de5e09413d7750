import { validate, version } from 'uuid';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '../src/new-id.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('ids are UUIDs of version 7, each greater than the one before', () => {
  const ids = Array.from({ length: 50_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
});

test('they grow also when the clock is set back', () => {
  const before = newId();
  vi.useFakeTimers({ now: Date.now() - 3_600_000 });
  const meanwhile = newId();
  vi.useRealTimers();
  expect([before, meanwhile, newId()].toSorted()).toEqual([before, meanwhile, expect.anything()]);
  expect(meanwhile > before).toBe(true);
});

test('no two share their random part', () => {
  const parts = Array.from({ length: 2_000 }, () => newId().slice(-12));
  expect(new Set(parts).size).toBe(parts.length);
});
