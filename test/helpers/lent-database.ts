import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../src/platform/db/database.ts';
import { empty, type Query, shapeOf } from './like-new.ts';

/*
 * A worker's files use its databases one after the other, with their sessions: to make an embedded one
 * takes twenty times as long as to empty it, and a session of PostgreSQL takes more time to open than
 * the statements that a file runs in it.
 */

type Lent = { database: Database; shape: string | undefined };

const idle: Lent[] = [];

/**
 * One that `make` makes, or one that is as if it were. Closed, once or more often, it is for the next, and
 * whoever had it cannot use it any more.
 */
export async function borrowDatabase(make: () => Promise<Database>): Promise<Database> {
  const lent = idle.pop() ?? (await note(await make()));
  const { database } = lent;
  let closing: Promise<void> | undefined;
  const requireOpen = () => {
    if (closing !== undefined) throw new Error('Cannot use a pool after calling end on the pool');
  };
  return {
    ...database,
    db: guard(database.db, requireOpen),
    sql: async (...statement) => {
      requireOpen();
      return database.sql(...statement);
    },
    ping: async () => {
      requireOpen();
      return database.ping();
    },
    close: () => {
      closing ??= takeBack(lent);
      return closing;
    },
  };
}

async function note(database: Database): Promise<Lent> {
  return { database, shape: await shapeOf(queryOf(database)) };
}

/** Empties it for the next, unless a file has changed more than rows or left something running. */
async function takeBack(lent: Lent): Promise<void> {
  const query = queryOf(lent.database);
  if ((await comesToRest(query)) && (await shapeOf(query)) === lent.shape) {
    await empty(query);
    idle.push(lent);
  } else await lent.database.close();
}

/** Whether all its sessions have nothing more to do, within five seconds. */
async function comesToRest(query: Query): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const [row] = await query<{ resting: boolean }>(
      `SELECT count(*) = 0 AS resting FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    if (row?.resting) return true;
    await wait(10);
  }
  return false;
}

function queryOf({ db }: Database): Query {
  return (statement) => db.$queryRawUnsafe(statement);
}

function guard<Guarded extends object>(guarded: Guarded, requireOpen: () => void): Guarded {
  return new Proxy(guarded, {
    get(target, name) {
      requireOpen();
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
