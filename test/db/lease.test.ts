import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { withLease } from '../../src/platform/db/lease.ts';
import { openTestDatabase } from '../helpers/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const held = () => database.db.lease.count();

test('work under one lease does not overlap, and the lease ends with the work', async () => {
  let running = 0;
  const work = async () => {
    expect(++running).toBe(1);
    await wait(20);
    return running--;
  };
  const all = Array.from({ length: 5 }, () =>
    withLease(database, 'single', work, { seconds: 30, waitSeconds: 20 }),
  );
  expect(await Promise.all(all)).toEqual([1, 1, 1, 1, 1]);
  expect(await held()).toBe(0);
});

test('leases of two names do not wait for each other', async () => {
  const answer = await withLease(
    database,
    'outer',
    () => withLease(database, 'inner', async () => 'both', { seconds: 30, waitSeconds: 0 }),
    { seconds: 30, waitSeconds: 0 },
  );
  expect(answer).toBe('both');
});

test('work that fails ends its lease', async () => {
  const failing = async () => {
    throw new Error('of the work');
  };
  const lease = withLease(database, 'failing', failing, { seconds: 30, waitSeconds: 0 });
  await expect(lease).rejects.toThrow('of the work');
  expect(await held()).toBe(0);
});

test('a wait that is too long fails with the name of the lease', async () => {
  const limits = { seconds: 30, waitSeconds: 0.2 };
  await withLease(
    database,
    'busy',
    async () => {
      const second = withLease(database, 'busy', async () => 'never', limits);
      await expect(second).rejects.toThrow('Another process has held the lease "busy"');
    },
    limits,
  );
});

test('the lease of a dead process is free when it has run out', async () => {
  await database.sql(
    'die_holding',
    `INSERT INTO lease VALUES ('dead', 'someone', now() + interval '300 ms')`,
    [],
  );
  const limits = { seconds: 30, waitSeconds: 10 };
  expect(await withLease(database, 'dead', async () => 'mine', limits)).toBe('mine');
});

test('a lease is renewed while the work runs', async () => {
  const limits = { seconds: 2, waitSeconds: 0 };
  await withLease(
    database,
    'long',
    async () => {
      await wait(3_000);
      const second = withLease(database, 'long', async () => 'never', limits);
      await expect(second).rejects.toThrow('Another process');
    },
    limits,
  );
});
