import { inject } from 'vitest';

/** Dumps of PGlite, as yet without any migration and with all. */
export type PgliteSource = { kind: 'pglite'; blank: string; migrated: string };

/**
 * A server, and a migrated database on it to be cloned. Servers of a test's own are copies of the one in
 * `originalIn`, a folder that whoever needs it first makes.
 */
export type PostgresqlSource = {
  kind: 'postgresql';
  url: string;
  template: string;
  originalIn: string;
};

/** Where a test file gets its database from. */
export type TestDatabase = PgliteSource | PostgresqlSource;

declare module 'vitest' {
  interface ProvidedContext {
    /** What this run has. */
    testDatabases: { pglite?: PgliteSource; postgresql?: PostgresqlSource };
    /** Which of them the project tests. */
    testedKind: TestDatabase['kind'];
  }
}

/** The one that the running project tests. */
export function testDatabase(): TestDatabase {
  const found = inject('testDatabases')[inject('testedKind')];
  if (found === undefined) throw new Error('The run has no database of this kind.');
  return found;
}
