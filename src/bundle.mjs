import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { hashSources, stampFile } from './source-stamp.mjs';

/*
 * Makes `dist/`: the server and the command-line tool, each with what it needs, in few files. To load the
 * thousand modules one by one takes twice as long as all else that a start does, and what is left of it
 * is mostly reading: so no white space, and no WebAssembly written as text.
 */

const outdir = join(import.meta.dirname, '..', 'dist');
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir);

/** Prisma's query compiler comes as a module that exports it in base64; its bytes will do as well. */
const wasmBesideTheRest = {
  name: 'wasm-beside-the-rest',
  setup({ onLoad }) {
    onLoad({ filter: /wasm-base64\.mjs$/ }, async ({ path }) => {
      const { wasm } = await import(path);
      await writeFile(join(outdir, 'query-compiler.wasm'), Buffer.from(wasm, 'base64'));
      const contents = `import { readFileSync } from 'node:fs';
        export const wasm = readFileSync(new URL('query-compiler.wasm', import.meta.url)).buffer;`;
      return { contents };
    });
  },
};

await build({
  entryPoints: {
    main: join(import.meta.dirname, 'main.ts'),
    'refresh.main': join(import.meta.dirname, 'edge/server/refresh.main.ts'),
    'cli/main': join(import.meta.dirname, 'edge/cli/main.ts'),
  },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifyWhitespace: true,
  lineLimit: 100, // so that a line of a logged stack says where
  sourcemap: true,
  plugins: [wasmBesideTheRest],
  // What brings files of its own, or megabytes that most processes never read; `pg-native` nobody has.
  external: ['@electric-sql/pglite', '@graphql-yoga/render-graphiql', 'pg-native'],
  // CommonJS packages ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});

await writeFile(stampFile, await hashSources());
