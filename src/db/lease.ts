import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from './database.ts';

const pollMilliseconds = 100;

const take = `
  INSERT INTO lease (name, owner, until) VALUES ($1, $2, now() + make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
  WHERE lease.until <= now() RETURNING name`;

const renew = `
  UPDATE lease SET until = now() + make_interval(secs => $3) WHERE name = $1 AND owner = $2`;

const release = 'DELETE FROM lease WHERE name = $1 AND owner = $2';

/** As in the first migration, where it is also created if it is not there. */
const createTable = `
  CREATE TABLE IF NOT EXISTS "lease" (
    "name" TEXT COLLATE "C" NOT NULL,
    "owner" TEXT COLLATE "C" NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
  )`;

/**
 * Does `work` while this process, and no other, holds the lease of that name, by the database's
 * clock. It lasts `seconds`, is renewed while the work goes on, and ends with it or with the process.
 * Throws when another holds it for longer than `waitSeconds`.
 */
export async function withLease<Result>(
  database: Pick<Database, 'sql'>,
  name: string,
  work: () => Promise<Result>,
  { seconds, waitSeconds }: { seconds: number; waitSeconds: number },
): Promise<Result> {
  const { sql } = database;
  const owner = randomUUID();
  await takeLease(() => sql('take_lease', take, [name, owner, seconds]), name, waitSeconds);
  const renewing = setInterval(
    () => {
      sql('renew_lease', renew, [name, owner, seconds]).catch(() => {});
    },
    (seconds * 1000) / 3,
  );
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await sql('release_lease', release, [name, owner]).catch(() => {});
  }
}

/** Creates the table of leases before any migration has; several processes may do so at once. */
export async function createLeaseTable({ sql }: Pick<Database, 'sql'>): Promise<void> {
  try {
    await sql('create_lease_table', createTable, []);
  } catch {
    // IF NOT EXISTS does not hold between two that create at once: the loser finds it there now.
    await sql('create_lease_table', createTable, []);
  }
}

async function takeLease(
  attempt: () => Promise<unknown[]>,
  name: string,
  waitSeconds: number,
): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1000;
  while ((await attempt()).length === 0) {
    if (performance.now() > deadline) {
      throw new Error(`Another process has held the lease "${name}" for ${waitSeconds} seconds.`);
    }
    await wait(pollMilliseconds);
  }
}
