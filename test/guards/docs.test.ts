import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/* What the docs name must be there: a reader follows them from file to file. */

const root = join(import.meta.dirname, '../..');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'test/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

test('every file that a page names exists', () => {
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:tsx?|mjs|json|css|prisma))`/g)].map(
      ([, file = '']) => ({ path, file }),
    ),
  );
  expect(named.length).toBeGreaterThan(40);
  const starts = ['', 'src', 'test'].map((start) => join(root, start));
  const missing = named.filter(
    ({ file }) => !starts.some((start) => existsSync(join(start, file))),
  );
  expect(missing).toEqual([]);
});

test('every link between pages leads to a page, and to a heading of it', () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, to = '', heading]) => ({
        from: path,
        to: to === '' ? path : join(dirname(path), to),
        heading,
      }),
    ),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ to }) => !existsSync(join(root, to)))).toEqual([]);
  const lost = links.filter(({ to, heading }) => {
    if (heading === undefined || !to.endsWith('.md')) return false;
    return !headingsOf(readFileSync(join(root, to), 'utf8')).includes(heading);
  });
  expect(lost).toEqual([]);
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
