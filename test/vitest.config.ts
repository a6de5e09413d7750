import { defineConfig } from 'vitest/config';
import { Interleaved } from './setup/interleaved.ts';

/** Makes our code load the same copy of graphql as the packages that Node loads: the CommonJS one. */
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

const root = `${import.meta.dirname}/..`;
const onPostgresql = 'test/process/postgresql';
const underLoad = `${onPostgresql}/load`;

type Suite = {
  name: string;
  database: 'pglite' | 'postgresql';
  include?: string;
  exclude?: string;
  /** Suites of one order share the workers; the next order starts after all of them. */
  order: number;
  maxWorkers: number;
};

/** The whole suite runs on the embedded database and, where one is given, on PostgreSQL. */
const suites: Suite[] = [
  { name: 'pglite', database: 'pglite', exclude: onPostgresql, order: 0, maxWorkers: 4 },
  {
    name: 'postgresql',
    database: 'postgresql',
    order: 0,
    maxWorkers: 4,
    exclude: `{test/process/embedded,${underLoad}}`,
  },
  // Tests that put load on servers and measure times need a processor for themselves.
  { name: 'load', database: 'postgresql', include: underLoad, order: 1, maxWorkers: 2 },
];

const hasPostgresql = process.env.TEST_DATABASE_URL !== undefined;

export default defineConfig({
  test: {
    root,
    watch: false,
    globalSetup: 'test/setup/databases.setup.ts',
    sequence: { sequencer: Interleaved },
    projects: suites
      .filter(({ database }) => database === 'pglite' || hasPostgresql)
      .map(({ name, database, include = 'test', exclude, order, maxWorkers }) => ({
        resolve,
        test: {
          name,
          root,
          include: [`${include}/**/*.test.ts`],
          exclude: exclude === undefined ? [] : [`${exclude}/**`],
          provide: { testedKind: database },
          setupFiles: 'test/setup/each-file.ts',
          pool: 'forks',
          // Each file has its own server and database. Loading the code again for each file took half of the time.
          isolate: false,
          sequence: { groupOrder: order },
          // Twice the processors of a small machine, because files wait for a third of their time.
          maxWorkers,
          // The embedded database runs too much new WebAssembly for optimizing to pay. Measured on five files
          // of the pglite project: 21 s of processor time without this flag, 18 s with it.
          execArgv: ['--liftoff-only'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 5_000 } },
        },
      })),
  },
});
