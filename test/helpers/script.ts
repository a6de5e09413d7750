import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Below the packages, which a bundle still imports, and below the package's own folder. */
const folder = resolve(import.meta.dirname, '../../node_modules/.cache/patchbay-tests');

const bundles = new Map<string, string>();

/**
 * A script of the tests' own as one file of plain JavaScript, with all of our sources that it imports:
 * to have each process that runs it transpile them takes a second or three.
 */
export function bundleScript(path: string): string {
  const known = bundles.get(path);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    entryPoints: [path],
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', write: false },
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
