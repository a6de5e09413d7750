import { inject } from 'vitest';

/** Dumps of PGlite without any migration and with all. */
export type PgliteSource = { kind: 'pglite'; blank: string; migrated: string };

/**
 * A server, and a migrated database on it to clone. A test's own servers are copies of the one in
 * `originalIn`, a folder that the first of them makes.
 */
export type PostgresqlSource = {
  kind: 'postgresql';
  url: string;
  template: string;
  originalIn: string;
};

/** The source of a test file's database. */
export type TestDatabase = PgliteSource | PostgresqlSource;

declare module 'vitest' {
  interface ProvidedContext {
    /** The databases of this run. */
    testDatabases: { pglite?: PgliteSource; postgresql?: PostgresqlSource };
    /** The kind that the project tests. */
    testedKind: TestDatabase['kind'];
  }
}

/** Returns the source of the kind that the running project tests. */
export function testDatabase(): TestDatabase {
  const found = inject('testDatabases')[inject('testedKind')];
  if (found === undefined) throw new Error('The run has no database of this kind.');
  return found;
}
