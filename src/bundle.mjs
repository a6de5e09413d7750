import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/*
 * Makes `dist/`: the server and the command-line tool, with what they need, in a few files. To load the
 * thousand modules one by one takes twice as long as all else that a start does.
 */

const outdir = join(import.meta.dirname, '..', 'dist');
rmSync(outdir, { recursive: true, force: true });

await build({
  entryPoints: ['main.ts', 'server/refresh.main.ts', 'cli/main.ts'].map((path) =>
    join(import.meta.dirname, path),
  ),
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  // What brings files of its own, or megabytes that most processes never read; `pg-native` nobody has.
  external: [
    ...['@electric-sql/pglite', '@prisma/schema-engine-wasm', '@graphql-yoga/render-graphiql'],
    'pg-native',
  ],
  // CommonJS packages ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
