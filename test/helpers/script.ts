import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Inside node_modules, because a bundle still imports packages. */
const folder = resolve(import.meta.dirname, '../../node_modules/.cache/patchbay-tests');

const bundles = new Map<string, string>();

/**
 * Bundles a script of the tests into one JavaScript file with all imported sources of ours:
 * transpiling them in each process that runs it takes one to three seconds.
 */
export function bundleScript(path: string): string {
  const known = bundles.get(path);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    entryPoints: [path],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    packages: 'external',
  });
  const bundle = join(folder, basename(path).replace(/\.ts$/, '.mjs'));
  mkdirSync(folder, { recursive: true });
  // Another worker may be reading it.
  const unfinished = `${bundle}.${process.pid}`;
  for (const { text } of outputFiles) writeFileSync(unfinished, text);
  renameSync(unfinished, bundle);
  bundles.set(path, bundle);
  return bundle;
}
