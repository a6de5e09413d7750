import { vi } from 'vitest';
import type { Deps } from '../../src/core/deps/deps.ts';
import type { Sql } from '../../src/platform/db/sql.ts';

/**
 * Runs `around` in place of one named statement of a process, until the returned function is called. The
 * process takes an error of `around` for an error of the database.
 */
export function aroundStatement(
  deps: Deps,
  name: string,
  around: (send: () => Promise<object[]>) => Promise<object[]>,
): () => void {
  const { sql } = deps;
  const hooked: Sql = (statement, text, values) => {
    const send = () => sql<never>(statement, text, values);
    return statement === name ? (around(send) as Promise<never[]>) : send();
  };
  deps.sql = hooked;
  return () => {
    deps.sql = sql;
  };
}

/** An error of the database with this code, by default of a lost connection. */
export function databaseError(code = 'ECONNRESET'): Error {
  return Object.assign(new Error(`The database says ${code}.`), { code });
}

/** A monotonic clock that a test moves forward, for all servers of this process. */
export function controlClock() {
  const now = performance.now.bind(performance);
  let ahead = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  return {
    putForward: (milliseconds: number) => {
      ahead += milliseconds;
    },
    restore: () => spy.mockRestore(),
  };
}
