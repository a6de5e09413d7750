import { defineConfig } from 'vitest/config';
import { Interleaved } from './setup/interleaved.ts';

/** Our code must get the same copy of graphql as the packages that Node itself loads: the CommonJS one. */
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

const root = `${import.meta.dirname}/..`;
const onPostgresql = 'test/process/postgresql';
const underLoad = `${onPostgresql}/load`;

type Suite = {
  name: string;
  database: 'pglite' | 'postgresql';
  include?: string;
  exclude?: string;
  /** Suites of one order share their workers; the next order waits for all of them. */
  order: number;
  maxWorkers: number;
};

/** The whole suite runs on the embedded database and, where one is given, on PostgreSQL. */
const suites: Suite[] = [
  { name: 'pglite', database: 'pglite', exclude: onPostgresql, order: 0, maxWorkers: 4 },
  {
    ...{ name: 'postgresql', database: 'postgresql', order: 0, maxWorkers: 4 },
    exclude: `{test/process/embedded,${underLoad}}`,
  },
  // What puts load on its servers and looks at the clock meanwhile wants a processor for itself.
  { name: 'load', database: 'postgresql', include: underLoad, order: 1, maxWorkers: 2 },
];

// What the workers free by the megabyte they soon want again: the kernel must not clear it anew each time.
process.env.MALLOC_MMAP_THRESHOLD_ = process.env.MALLOC_TRIM_THRESHOLD_ = String(1 << 30);

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
          // Each file has its own server and database; to load the code anew for each took half of the time.
          isolate: false,
          sequence: { groupOrder: order },
          // Twice as many as there are processors in a small machine: a third of the time, files wait.
          maxWorkers,
          execArgv: [
            // The embedded database is asked too much that is new for optimizing it to pay: a seventh of the time.
            '--liftoff-only',
            // Beside other workers, and what they start, V8's helper threads only get in the way.
            '--single-threaded',
            // With room for what is young, a twelfth of the processor time less goes into collecting it.
            ...['--min-semi-space-size=32', '--max-semi-space-size=64'],
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 5_000 } },
        },
      })),
  },
});
