import { afterAll, beforeAll, expect, test } from 'vitest';
import { announceProcess, findLacking, longestSilence } from '../../src/core/vault/processes.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openTestDatabase } from '../helpers/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const lackingNew = async () => (await findLacking(database.sql, 'new')).map(({ kids }) => kids);

test('a process counts with its keys until it leaves', async () => {
  const { sql } = database;
  const first = await announceProcess(sql, ['old']);
  const second = await announceProcess(sql, ['new', 'old']);
  expect(await lackingNew()).toEqual([['old']]);
  const [row] = await findLacking(sql, 'new');
  expect(row).toMatchObject({ pid: process.pid, host: expect.stringMatching(/./) });
  await first.leave();
  expect(await lackingNew()).toEqual([]);
  await second.leave();
  expect(await database.db.serverProcess.count()).toBe(0);
});

test('a killed process counts until it has been silent for long enough', async () => {
  const { sql, db } = database;
  const killed = await announceProcess(sql, ['old']);
  const fallSilent = (seconds: number) =>
    db.$executeRaw`UPDATE server_process SET seen_at = now() - make_interval(secs => ${seconds}::float8)`;
  await fallSilent(longestSilence - 5);
  expect(await lackingNew()).toEqual([['old']]);
  await fallSilent(longestSilence + 5);
  expect(await lackingNew()).toEqual([]);
  await killed.leave();
});

test('a process is deleted when it has been silent for a day', async () => {
  const { sql, db } = database;
  await announceProcess(sql, ['old']);
  await db.serverProcess.updateMany({ data: { seenAt: new Date(Date.now() - 2 * 86_400_000) } });
  const next = await announceProcess(sql, ['new']);
  expect(await db.serverProcess.findMany()).toMatchObject([{ masterKeyKids: ['new'] }]);
  await next.leave();
});
