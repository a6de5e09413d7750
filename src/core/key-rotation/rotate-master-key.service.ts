import { setTimeout as wait } from 'node:timers/promises';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { MasterKeyStatus } from '../../platform/db/generated/enums.ts';
import { withLease } from '../../platform/db/lease.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { startLease } from '../vault/master-keys.ts';
import { findLacking, heartbeatPause, isProcessAlive, type Lacking } from '../vault/processes.ts';
import { countWrapped, type OnProgress, rewrapDataKeys } from './rewrap.ts';

/** The result of a rotation of the master key. */
export type RotatedMasterKey = {
  kid: string;
  rewrapped: number;
  /** Ids of data keys that do not open. They stay as they are. */
  unreadable: string[];
  /** Retired keys that nothing refers to and that no live process wraps with. */
  removable: string[];
};

type MasterKeyWatcher = {
  onProgress: OnProgress;
  /** Receives the processes that lack the new key, while the rotation waits for them. */
  onWaiting: (lacking: readonly Lacking[]) => void;
};

/**
 * Milliseconds to wait for processes that lack the new key. It is longer than a dead process counts as
 * alive.
 */
const processPatience = 90_000;

/**
 * Makes the first held key the one that wraps data keys, once every live process holds it, and wraps all
 * data keys with it. After a run that was killed, the next one continues.
 *
 * @throws ConflictError if the key is retired, or a process lacks it.
 */
export async function rotateMasterKey(
  database: { sql: Sql; db: PrismaClient },
  keys: KeyProvider,
  { onProgress, onWaiting }: MasterKeyWatcher,
): Promise<RotatedMasterKey> {
  const { sql } = database;
  const kid = keys.kids[0] ?? '';
  const status = await masterKeyStatus(sql, kid);
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

/**
 * Whether the first held key is already active and wraps every data key, so that there is nothing to do.
 */
export async function isSettled(sql: Sql, keys: KeyProvider): Promise<boolean> {
  const kid = keys.kids[0] ?? '';
  const counts = await countWrapped(sql);
  return counts.every((key) => (key.kid === kid ? key.status === 'active' : key.wrapped === 0));
}

async function masterKeyStatus(sql: Sql, kid: string): Promise<MasterKeyStatus> {
  const [row] = await sql<{ status: MasterKeyStatus }>(
    'master-key-status',
    'SELECT status::text AS status FROM master_key WHERE kid = $1',
    [kid],
  );
  if (row === undefined) throw new Error(`The master key "${kid}" was not registered.`);
  return row.status;
}

/**
 * Waits longer than a process can be silent between two heartbeats, because one may come back after an
 * outage.
 */
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
    if (performance.now() - begun > processPatience) throw lackingError(kid, lacking);
    await wait(1_000);
  }
}

function lackingError(kid: string, lacking: readonly Lacking[]): ConflictError {
  const named = lacking.map(({ host, pid }) => `${pid} on ${host}`).join(', ');
  return new ConflictError(
    `The master key "${kid}" was not made active: process ${named} does not hold it. Add it to MASTER_KEYS there, restart, and run this again.`,
  );
}

/**
 * Changes the active key under the lease of starting processes, so that none of them checks the keys while
 * they change.
 */
async function promote(database: { sql: Sql; db: PrismaClient }, kid: string): Promise<void> {
  const work = () =>
    database.db.$transaction(async (tx) => {
      const lacking = await tx.$queryRawUnsafe<Lacking[]>(
        `SELECT host, pid FROM server_process WHERE ${isProcessAlive}
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
