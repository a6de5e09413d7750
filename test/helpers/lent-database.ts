import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../src/platform/db/database.ts';
import { empty, type Query, shapeOf } from './like-new.ts';

/*
 * The test files of a worker share its databases and their sessions one after the other: creating an
 * embedded database takes twenty times as long as emptying it, and opening a session of PostgreSQL takes
 * longer than the statements of a file.
 */

type Lent = { database: Database; shape: string | undefined };

const idle: Lent[] = [];

/**
 * Lends a database that `make` makes, or an emptied one. Closing it, also repeatedly, ends the loan, and
 * its borrower cannot use it afterwards.
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

/** Empties a database for the next file, unless a file changed more than rows or left a statement running. */
async function takeBack(lent: Lent): Promise<void> {
  const query = queryOf(lent.database);
  if ((await comesToRest(query)) && (await shapeOf(query)) === lent.shape) {
    await empty(query);
    idle.push(lent);
  } else await lent.database.close();
}

/** Whether all sessions of a database become idle within five seconds. */
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
