import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The folder of the product's code. */
export const src = join(import.meta.dirname, '../../src');

/** A file of the product, by its path in `src`. */
export type SourceFile = { path: string; text: string };

/** Every file that somebody wrote. */
export function sourceFiles(): SourceFile[] {
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('generated'))
    .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }));
}

const importForm =
  /^(?:import|export)\s(type\s)?[^;'"]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'/gm;

/** The files of `src` that a file imports; `types` says whether those of types only count. */
export function importsOf({ path, text }: SourceFile, types: 'with types' | 'values'): string[] {
  const found = [...text.matchAll(importForm)];
  return found
    .filter(([, isType]) => types === 'with types' || isType === undefined)
    .map(([, , from, bare]) => relative(src, join(src, dirname(path), from ?? bare ?? '')));
}
