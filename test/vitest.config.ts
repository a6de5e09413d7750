import { defineConfig } from 'vitest/config';

/** Our code must get the same copy of graphql as the packages that Node itself loads: the CommonJS one. */
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

const hasPostgresql = process.env.TEST_DATABASE_URL !== undefined;

/** The whole suite runs on the embedded database and, where one is given, on PostgreSQL. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    watch: false,
    projects: ['pglite', ...(hasPostgresql ? ['postgresql'] : [])].map((name) => ({
      resolve,
      test: {
        name,
        root: `${import.meta.dirname}/..`,
        include: ['test/**/*.test.ts'],
        exclude: [`test/process/${name === 'pglite' ? 'postgresql' : 'embedded'}/**`],
        globalSetup: `test/setup/${name}.setup.ts`,
        setupFiles: 'test/setup/each-file.ts',
        pool: 'forks',
        // Each file has its own server and database; to load the code anew for each took half of the time.
        isolate: false,
        maxWorkers: 2,
        // Beside a second worker, and what the two start, V8's helper threads only get in the way.
        execArgv: ['--single-threaded'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
        expect: { poll: { timeout: 5_000 } },
      },
    })),
  },
});
