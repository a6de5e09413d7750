import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { vi } from 'vitest';

/**
 * Returns the SQL statements that `work` sends through Prisma and the sql port, recorded at the
 * driver. On PGlite those inside a transaction are not recorded. Statements that an earlier request
 * sends with a delay are not counted.
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

/* The time of last use of a row, and the notification of subscribers. */
const later = /SET last_used_at = now\(\)|^SELECT pg_notify\(/;

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as { text?: unknown }).text);
}
