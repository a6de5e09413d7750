import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from './database.ts';

/** Milliseconds between two attempts to take a lease that another process holds. */
const pollMilliseconds = 100;

const take = `
  INSERT INTO lease (name, owner, until) VALUES ($1, $2, now() + make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
  WHERE lease.until <= now() RETURNING name`;

const renew = `
  UPDATE lease SET until = now() + make_interval(secs => $3) WHERE name = $1 AND owner = $2`;

const release = 'DELETE FROM lease WHERE name = $1 AND owner = $2';

/**
 * Runs `work` while this process alone holds the lease with this name. The lease lasts `seconds` by the
 * clock of the database, because the clocks of the processes can differ. It is renewed during the work and
 * released after it. If the process dies, the lease expires by itself.
 *
 * @throws Error if another process holds the lease for longer than `waitSeconds`.
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
  // Renews three times in each period, so that one lost renewal does not lose the lease.
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

async function takeLease(
  attempt: () => Promise<unknown[]>,
  name: string,
  waitSeconds: number,
): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1000;
  while ((await attempt()).length === 0) {
    if (performance.now() > deadline) {
      throw new Error(
        `Another process has held the lease "${name}" for ${waitSeconds} seconds. Try again later.`,
      );
    }
    await wait(pollMilliseconds);
  }
}
