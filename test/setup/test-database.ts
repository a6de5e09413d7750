/** Where a test file gets its database from: dumps of PGlite, or a server and a template on it. */
export type TestDatabase =
  | { kind: 'pglite'; blank: string; migrated: string }
  | { kind: 'postgresql'; url: string; template: string };

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: TestDatabase;
  }
}
