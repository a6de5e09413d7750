import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Deps } from '../../src/core/deps/deps.ts';
import { connectMany } from '../helpers/connect-many.ts';
import { grantOf, lend } from '../helpers/grants.ts';
import { statementsOf } from '../helpers/statements.ts';
import { openBeside, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

type Asked = { id: string; version?: number; mayTakeOver?: boolean };

const ask = (deps: Deps, owner: string, { id, version = 1, mayTakeOver = true }: Asked) =>
  deps.takeRefreshLease({ id, tokenVersion: version, owner, mayTakeOver });

test('concurrent requests for leases are taken in one statement, each under its own conditions', async () => {
  const { deps } = world.server;
  const ids = await connectMany(world, 4);
  const [free = '', held = '', over = '', left = ''] = ids;
  await lend(world, held, 30);
  await lend(world, over, -1);
  await lend(world, left, -1);
  const asked: Asked[] = [
    { id: held },
    { id: free, version: 2 },
    { id: randomUUID() },
    { id: free },
    { id: over },
    { id: left, mayTakeOver: false },
  ];
  const taken: unknown[] = [];
  const statements = await statementsOf(async () => {
    taken.push(...(await Promise.all(asked.map((one) => ask(deps, 'us', one)))));
  });
  expect(statements).toHaveLength(1);
  expect(taken).toMatchObject([
    { isTaken: false, isCurrent: true },
    { isTaken: false, isCurrent: false },
    { isTaken: false, isCurrent: false },
    { isTaken: true, isCurrent: true, isAttemptOpen: false, failures: 0 },
    { isTaken: true, isCurrent: true },
    { isTaken: false, isCurrent: true },
  ]);
  const owners = await Promise.all(ids.map((id) => grantOf(world, id)));
  expect(owners.map(({ leaseOwner }) => leaseOwner)).toEqual(['us', 'another', 'us', 'another']);
  expect(owners[0]?.attemptStartedAt).toBeInstanceOf(Date);
});

test('two processes that ask for the same leases in opposite orders share them without a deadlock', async () => {
  const beside = await openBeside(world);
  const ids = await connectMany(world, 8);
  for (let round = 0; round < 10; round += 1) {
    for (const id of ids) await lend(world, id, -1);
    const [one, other] = await Promise.all([
      Promise.all(ids.map((id) => ask(world.server.deps, `one ${round}`, { id }))),
      Promise.all(ids.toReversed().map((id) => ask(beside.server.deps, `other ${round}`, { id }))),
    ]);
    const times = ids.map((_, at) => [one.at(at)?.isTaken, other.at(-1 - at)?.isTaken]);
    expect(times.map((both) => both.filter(Boolean).length)).toEqual(ids.map(() => 1));
  }
  await beside.server.close();
});
