import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Words that make a sentence hard to read for people who learned English at work. Each has a plain form. */
const riddles: readonly (readonly [RegExp, plain: string])[] = [
  [/\bwhoever\b/i, 'a caller who …, everybody who …'],
  [/\bwhom\b/i, 'who, or another sentence'],
  [/\bof (which|whom)\b/i, 'whose, or another sentence'],
  [
    /\b(is|are|was|be|works?|counts?|fulfils|watch|known|there|when|or|and) no more(?! (than|role|of|sessions|slots)\b)(?=[\s.,;:)'"`]|$)/i,
    'deleted, no longer',
  ],
  [/\banew\b/i, 'again'],
  [/\bmeanwhile\b/i, 'since then, at the same time'],
  [/\bshall\b/i, 'must, will'],
  [/\bto be had\b/i, 'available, obtained'],
  [/\bin the place of\b/i, 'instead of, replaces'],
  [/\bas well as it goes\b/i, 'best effort'],
  [/\bwhatever its (case|name)\b/i, 'in upper or lower case'],
  [/\bto the letter\b/i, 'exactly'],
];

/**
 * Folders that are still being rewritten, with the number of riddles that they may have. A number can only
 * become smaller: when a folder has fewer, write the new number here.
 */
const allowed: Readonly<Record<string, number>> = {};

/** The text that people read: everything in documents, comments and strings in code. */
function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesBelow(folder: string, form: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => form.test(path) && !/generated/.test(path))
    .map((path) => join(folder, path));
}

/** The riddles of a text, each with its line. */
function riddlesIn(text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    riddles.flatMap(([form, plain]) => {
      const [found] = form.exec(line) ?? [];
      return found === undefined ? [] : [`${index + 1}: "${found}" → ${plain}`];
    }),
  );
}

describe('plain English', () => {
  const files = [
    ...filesBelow('src', /\.(tsx?|mjs|graphql)$/),
    ...filesBelow('docs', /\.md$/),
    'README.md',
    'CONTRIBUTING.md',
    'schema.graphql',
    'prisma/schema.prisma',
  ];

  test('the guard finds riddles, and no plain sentences', () => {
    expect(riddlesIn('Whoever asks')).toHaveLength(1);
    expect(riddlesIn('An app that is no more.')).toHaveLength(1);
    expect(riddlesIn('It takes no more than 3 seconds, and no more sessions.')).toEqual([]);
  });

  test('errors, logs, comments and documents use none of the words that are listed here', () => {
    expect(files.length).toBeGreaterThan(300);
    const found = new Map<string, string[]>();
    for (const path of files) {
      const folder = Object.keys(allowed).find((name) => path.startsWith(name)) ?? '';
      const lines = riddlesIn(textOf(path)).map((riddle) => `${path}:${riddle}`);
      found.set(folder, [...(found.get(folder) ?? []), ...lines]);
    }
    expect(found.get('')).toEqual([]);
    for (const [folder, count] of Object.entries(allowed)) {
      expect(found.get(folder)?.length ?? 0, found.get(folder)?.join('\n')).toBe(count);
    }
  });
});
