/**
 * Where a test file gets its database from: dumps of PGlite, or a server and a template on it. Servers of
 * their own are copies of the one in `originalIn`, a folder that whoever needs it first makes.
 */
export type TestDatabase =
  | { kind: 'pglite'; blank: string; migrated: string }
  | { kind: 'postgresql'; url: string; template: string; originalIn: string };

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: TestDatabase;
  }
}
