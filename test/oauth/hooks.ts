import { vi } from 'vitest';
import type { Deps } from '../../src/core/deps/deps.ts';
import type { Sql } from '../../src/platform/db/sql.ts';

/**
 * Has something happen around one named statement of a process, until the answer is called. What
 * `around` throws, the process takes for the database's error.
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

/** The error of a connection that is gone, or of any other state. */
export function databaseError(code = 'ECONNRESET'): Error {
  return Object.assign(new Error(`The database says ${code}.`), { code });
}

/** A monotonic clock that can be put forward, for all processes of this test at once. */
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
