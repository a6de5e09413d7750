import { setTimeout as wait } from 'node:timers/promises';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { MasterKeyStatus } from '../../platform/db/generated/enums.ts';
import { withLease } from '../../platform/db/lease.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { startLease } from '../vault/master-keys.ts';
import { findLacking, heartbeatPause, isAlive, type Lacking } from '../vault/processes.ts';
import type { OnProgress } from './progress.ts';
import { countWrapped, rewrapDataKeys } from './rewrap.ts';

/** What a rotation of the master key did. */
export type RotatedMasterKey = {
  kid: string;
  rewrapped: number;
  /** Ids of data keys that do not open, and stay as they are. */
  unreadable: string[];
  /** Retired keys that nothing refers to and no live process wraps with. */
  removable: string[];
};

export type MasterKeyWatcher = {
  onProgress: OnProgress;
  /** Is told of processes that do not hold the new key, while they are waited for. */
  onWaiting: (lacking: readonly Lacking[]) => void;
};

/** How long processes that lack the new key are waited for, in milliseconds: longer than a dead one counts as alive. */
const patience = 90_000;

/**
 * Makes the first of the keys held the one that wraps data keys, once every live process holds it, and
 * wraps all data keys with it. A run that was killed is taken up by the next.
 *
 * @throws ConflictError when the key is a retired one, or a process lacks it.
 */
export async function rotateMasterKey(
  database: { sql: Sql; db: PrismaClient },
  keys: KeyProvider,
  { onProgress, onWaiting }: MasterKeyWatcher,
): Promise<RotatedMasterKey> {
  const { sql } = database;
  const kid = keys.kids[0] ?? '';
  const status = await statusOf(sql, kid);
  if (status === 'retired') {
    throw new ConflictError(
      `The master key "${kid}" is retired: give the new one an id of its own.`,
    );
  }
  if (status === 'staged') {
    await waitForHolders(sql, kid, onWaiting);
    await promote(database, kid);
  }
  const { rewrapped, unreadable } = await rewrapDataKeys(sql, keys, kid, onProgress);
  return { kid, rewrapped, unreadable, removable: await findRemovable(sql, kid) };
}

/** Whether the first of the keys held is active already and wraps every data key: then there is nothing to rotate to. */
export async function isSettled(sql: Sql, keys: KeyProvider): Promise<boolean> {
  const kid = keys.kids[0] ?? '';
  const counts = await countWrapped(sql);
  return counts.every((key) => (key.kid === kid ? key.status === 'active' : key.wrapped === 0));
}

async function statusOf(sql: Sql, kid: string): Promise<MasterKeyStatus> {
  const [row] = await sql<{ status: MasterKeyStatus }>(
    'master-key-status',
    'SELECT status::text AS status FROM master_key WHERE kid = $1',
    [kid],
  );
  if (row === undefined) throw new Error(`The master key "${kid}" was not registered.`);
  return row.status;
}

/** Listens for longer than a process is silent between two heartbeats: one may be coming back from an outage. */
async function waitForHolders(
  sql: Sql,
  kid: string,
  onWaiting: MasterKeyWatcher['onWaiting'],
): Promise<void> {
  const begun = performance.now();
  await wait(heartbeatPause + 1_000);
  for (;;) {
    const lacking = await findLacking(sql, kid);
    if (lacking.length === 0) return;
    onWaiting(lacking);
    if (performance.now() - begun > patience) throw lackingError(kid, lacking);
    await wait(1_000);
  }
}

function lackingError(kid: string, lacking: readonly Lacking[]): ConflictError {
  const named = lacking.map(({ host, pid }) => `${pid} on ${host}`).join(', ');
  return new ConflictError(
    `The master key "${kid}" was not made active: process ${named} does not hold it. Add it to MASTER_KEYS there, restart, and run this again.`,
  );
}

/** Under the lease of those that start: none of them looks at the keys in use while they change. */
async function promote(database: { sql: Sql; db: PrismaClient }, kid: string): Promise<void> {
  const work = () =>
    database.db.$transaction(async (tx) => {
      const lacking = await tx.$queryRawUnsafe<Lacking[]>(
        `SELECT host, pid FROM server_process WHERE ${isAlive}
         AND NOT $1 = ANY (COALESCE(master_key_kids, '{}'))`,
        kid,
      );
      if (lacking.length > 0) throw lackingError(kid, lacking);
      await tx.masterKey.updateMany({ where: { status: 'active' }, data: { status: 'retired' } });
      await tx.masterKey.update({ where: { kid }, data: { status: 'active' } });
    });
  await withLease(database, startLease.name, work, startLease);
}

async function findRemovable(sql: Sql, kid: string): Promise<string[]> {
  if ((await findLacking(sql, kid)).length > 0) return [];
  const counts = await countWrapped(sql);
  return counts
    .filter(({ status, wrapped }) => status === 'retired' && wrapped === 0)
    .map((key) => key.kid);
}
