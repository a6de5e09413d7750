import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './source.ts';

/* The law of imports, for values and types alike. docs/architecture.md draws it. */

const files = sourceFiles();

/** From the top down. A file imports from its own storey and from those below it. */
const storeys = ['main.ts', 'edge/', 'features/', 'oauth/', 'core/', 'platform/'];

/** The features from the top down. A feature imports from those below it. */
const features = [
  'node',
  'connect-tokens',
  'end-users',
  'requirements',
  'apps',
  'custom-types',
  'connections',
  'connection-types',
  'audit-log',
  'people',
  'projects',
].map((name) => `features/${name}/`);

const isBuildScript = (path: string) => path.endsWith('.mjs');
const placeIn = (order: readonly string[], path: string) =>
  order.findIndex((start) => path.startsWith(start));

/** All imports of a file of the product by another. */
function arrowsOf(all: readonly SourceFile[]): [from: string, to: string][] {
  return all.flatMap((file) =>
    importsOf(file, 'with types').map((target): [string, string] => [file.path, target]),
  );
}

function upwardIn(order: readonly string[], arrows: readonly [string, string][]): string[] {
  return arrows
    .filter(([from, to]) => placeIn(order, from) >= 0 && placeIn(order, to) >= 0)
    .filter(([from, to]) => placeIn(order, to) < placeIn(order, from))
    .map(([from, to]) => `${from} → ${to}`);
}

test('every file belongs to a storey, and every feature has a place in the order', () => {
  expect(files.length).toBeGreaterThan(200);
  const written = files.filter(({ path }) => !isBuildScript(path));
  expect(written.filter(({ path }) => placeIn(storeys, path) < 0)).toEqual([]);
  const ofFeatures = files.filter(({ path }) => path.startsWith('features/'));
  expect(ofFeatures.filter(({ path }) => placeIn(features, path) < 0)).toEqual([]);
});

test('no file imports from a storey or a feature above its own', () => {
  expect(upwardIn(storeys, arrowsOf(files))).toEqual([]);
  expect(upwardIn(features, arrowsOf(files))).toEqual([]);
});

test('no two folders import each other', () => {
  expect(mutualFolders(arrowsOf(files))).toEqual([]);
});

test('no imports form a circle', () => {
  expect(findCircle(files)).toBeUndefined();
});

test('an operation and a service import nothing of GraphQL, not even a type', () => {
  const services = files.filter(({ path }) => /\.(service|operations?)\.ts$/.test(path));
  const isGraphql = (path: string) =>
    path.startsWith('core/graphql/') || /\.(type|queries|mutations|subscriptions)\.ts$/.test(path);
  const found = services.filter(
    (file) =>
      /from '(graphql|graphql-yoga|@pothos[^']*)'/.test(file.text) ||
      importsOf(file, 'with types').some(isGraphql),
  );
  expect(services.length).toBeGreaterThan(25);
  expect(found.map(({ path }) => path)).toEqual([]);
});

test('an exported operation stands in a file that is named for operations', () => {
  const declares = files.filter(({ text }) => /^export const \w+ = operation\(/m.test(text));
  expect(declares.length).toBeGreaterThan(20);
  expect(
    declares.map(({ path }) => path).filter((path) => !/\.operations?\.ts$/.test(path)),
  ).toEqual([]);
});

test('outside platform/db, only enums are imported as values from the generated client', () => {
  const found = files
    .filter(({ path }) => !path.startsWith('platform/db/'))
    .flatMap((file) => importsOf(file, 'values').map((target) => [file.path, target] as const))
    .filter(([, target]) => target.startsWith('platform/db/generated/'))
    .filter(([, target]) => target !== 'platform/db/generated/enums.ts');
  expect(found).toEqual([]);
});

test('the guard finds an import upward, a pair of folders, a circle, and an import over several lines', () => {
  const a = { path: 'core/a/a.ts', text: "import {\n  b,\n  type C,\n} from '../x/b.ts';" };
  const b = {
    path: 'core/x/b.ts',
    text: "import type { D } from '../../edge/d.ts';\nexport type { A } from '../a/a.ts';",
  };
  expect(importsOf(b, 'with types')).toEqual(['edge/d.ts', 'core/a/a.ts']);
  expect(importsOf(b, 'values')).toEqual([]);
  expect(upwardIn(storeys, arrowsOf([a, b]))).toEqual(['core/x/b.ts → edge/d.ts']);
  expect(mutualFolders(arrowsOf([a, b]))).toEqual(['core/a ⇄ core/x']);
  expect(findCircle([a, b])).toEqual(['core/a/a.ts', 'core/x/b.ts', 'core/a/a.ts']);
});

function mutualFolders(arrows: readonly [string, string][]): string[] {
  const folders = arrows
    .map(([from, to]) => [folderOf(from), folderOf(to)] as const)
    .filter(([from, to]) => from !== to);
  const known = new Set(folders.map(([from, to]) => `${from} → ${to}`));
  const pairs = folders
    .filter(([from, to]) => from < to && known.has(`${to} → ${from}`))
    .map(([from, to]) => `${from} ⇄ ${to}`);
  return [...new Set(pairs)];
}

/** The folder of a file. What a generator writes counts as its parent's. */
function folderOf(path: string): string {
  return dirname(path).replace(/\/generated(\/.*)?$/, '');
}

function findCircle(all: readonly SourceFile[]): string[] | undefined {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return undefined;
    for (const target of importsOf(file, 'with types')) {
      const circle = visit(target, [...trail, path]);
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of all) {
    const circle = visit(path, []);
    if (circle) return circle;
  }
  return undefined;
}
