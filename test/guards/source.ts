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

/** Every TypeScript file that imports from `src`, by its path from the folder of `src`. */
export function codeFiles(): SourceFile[] {
  const root = join(src, '..');
  const isCode = (path: string) => /\.(tsx?|mjs)$/.test(path) && !path.includes('generated');
  const paths = ['src', 'test', 'bench', 'prisma'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(isCode)
      .map((path) => join(folder, path)),
  );
  return [...paths, 'print-schema.ts'].map((path) => ({
    path: relative(src, join(root, path)),
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

const namedImports = /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
const wholeImports = /import \* as \w+ from '(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g;

/** The names that other files import from a file, by its path; `*` if one imports all of them. */
export function importedNames(all: readonly SourceFile[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (importer: string, from: string, names: readonly string[]) => {
    const path = relative(src, join(src, dirname(importer), from));
    found.set(path, new Set([...(found.get(path) ?? []), ...names]));
  };
  for (const { path, text } of all) {
    for (const [, names = '', from = ''] of text.matchAll(namedImports)) {
      const each = names.split(',').map((name) => name.trim().replace(/^type /, ''));
      add(
        path,
        from,
        each.map((name) => name.split(' as ')[0] ?? ''),
      );
    }
    for (const [, star, dynamic] of text.matchAll(wholeImports)) {
      add(path, star ?? dynamic ?? '', ['*']);
    }
  }
  return found;
}
