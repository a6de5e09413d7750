import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { vi } from 'vitest';

/**
 * The SQL statements that `work` sends, whichever way: what both Prisma and the sql port hand to the
 * driver is listened to. On PGlite those inside a transaction are not seen.
 */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spies = [vi.spyOn(pg.Client.prototype, 'query'), vi.spyOn(PGlite.prototype, 'query')];
  try {
    await work();
    return spies.flatMap(({ mock }) => mock.calls.map(([statement]) => textOf(statement)));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as { text?: unknown }).text);
}
