import { expect, test } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './source.ts';

/* docs: "Imports go only downward". A layer may use itself and what is below it. */

const files = sourceFiles();
const isGraphql = (path: string) => /\.(type|queries|mutations|subscriptions)\.ts$/.test(path);

/** From the top down; a file belongs to the first that fits. */
const layers: [name: string, fits: (path: string) => boolean][] = [
  ['main', (path) => path === 'main.ts'],
  ['the command-line tool', (path) => path.startsWith('cli/')],
  ['server', (path) => path.startsWith('server/')],
  ['rest and the connect page', (path) => /^(rest|connect-page)\//.test(path)],
  ['the schema', (path) => path === 'graphql/schema.ts'],
  ['types, queries, mutations and subscriptions', isGraphql],
  ['the builder', (path) => path.startsWith('graphql/')],
  ['connect tokens', (path) => path.startsWith('connect-tokens/')],
  ['end users', (path) => path.startsWith('end-users/')],
  ['requirements', (path) => path.startsWith('requirements/')],
  ['apps', (path) => path.startsWith('apps/')],
  ['connections', (path) => path.startsWith('connections/')],
  ['their references', (path) => path.startsWith('connection-references/')],
  ['oauth and Pipedream', (path) => /^(oauth|pipedream)\//.test(path)],
  ['access keys and users', (path) => /^(access-keys|users)\//.test(path)],
  ['projects', (path) => path.startsWith('projects/')],
  ['a connection’s config', (path) => path.startsWith('connection-config/')],
  ['operations', (path) => path.startsWith('operations/')],
  ['access, catalog, audit, changes', (path) => /^(access|catalog|audit|changes)\//.test(path)],
  ['the rotation of keys, export and import', (path) => /^(key-rotation|transfer)\//.test(path)],
  ['the vault', (path) => path.startsWith('vault/')],
  ['the database', (path) => path.startsWith('db/')],
  ['what everything uses', (path) => !path.includes('/')],
];

const layerOf = (path: string) => layers.findIndex(([, fits]) => fits(path));

test('every file belongs to a layer', () => {
  expect(files.length).toBeGreaterThan(90);
  expect(files.filter(({ path }) => layerOf(path) < 0)).toEqual([]);
});

test('no file imports from a layer above its own', () => {
  const upward = files.flatMap((file) =>
    importsOf(file, 'values')
      .filter((target) => layerOf(target) < layerOf(file.path))
      .map((target) => `${file.path} → ${target}`),
  );
  expect(upward).toEqual([]);
});

test('a service imports nothing of GraphQL, not even a type', () => {
  const services = files.filter(({ path }) => path.endsWith('.service.ts'));
  const found = services.flatMap((file) =>
    file.text.match(/from '(graphql|graphql-yoga|@pothos[^']*)'/) ||
    importsOf(file, 'with types').some(
      (target) => target.startsWith('graphql/') || isGraphql(target),
    )
      ? [file.path]
      : [],
  );
  expect(services.length).toBeGreaterThan(5);
  expect(found).toEqual([]);
});

test('nothing outside its folder imports from the database’s generated client as a value but enums', () => {
  const found = files
    .filter(({ path }) => !path.startsWith('db/'))
    .flatMap((file) => importsOf(file, 'values').map((target) => [file.path, target] as const))
    .filter(
      ([, target]) => target.startsWith('db/generated/') && target !== 'db/generated/enums.ts',
    );
  expect(found).toEqual([]);
});

test('no import of a value goes in a circle', () => {
  expect(findCircle(files)).toBeUndefined();
});

test('the guard sees a circle, and an import over several lines', () => {
  const a = { path: 'a.ts', text: "import {\n  b,\n  type C,\n} from './x/b.ts';" };
  const b = {
    path: 'x/b.ts',
    text: "import type { D } from './d.ts';\nexport { a } from '../a.ts';",
  };
  expect(findCircle([a, b])).toEqual(['a.ts', 'x/b.ts', 'a.ts']);
  expect(importsOf(b, 'with types')).toEqual(['x/d.ts', 'a.ts']);
});

function findCircle(all: readonly SourceFile[]): string[] | undefined {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return undefined;
    for (const target of importsOf(file, 'values')) {
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
