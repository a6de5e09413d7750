import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { vi } from 'vitest';

/**
 * The SQL statements that `work` sends, whichever way: what both Prisma and the sql port hand to the
 * driver is listened to. On PGlite those inside a transaction are not seen. What an earlier request
 * left to be sent a while after it is not counted.
 */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spies = [vi.spyOn(pg.Client.prototype, 'query'), vi.spyOn(PGlite.prototype, 'query')];
  try {
    await work();
    const sent = spies.flatMap(({ mock }) => mock.calls.map(([statement]) => textOf(statement)));
    return sent.filter((text) => !later.test(text));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/* The time of last use of a row, and the call to wake those who watch. */
const later = /SET last_used_at = now\(\)|^SELECT pg_notify\(/;

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as { text?: unknown }).text);
}
