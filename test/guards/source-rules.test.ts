import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeFiles, importedNames, sourceFiles, src } from './source.ts';

const files = sourceFiles();

test('only config.ts and the two programs read the environment', () => {
  const readers = files.filter(({ text }) => /\bprocess\.env\b|['"]dotenv['"]/.test(text));
  expect(readers.map(({ path }) => path).sort()).toEqual(['edge/cli/main.ts', 'main.ts']);
  for (const { text } of readers) {
    // Handed to readConfig, once.
    expect(text.match(/process\.env\b.*/g)).toEqual([expect.stringMatching(/^process\.env\)/)]);
    expect(text).toContain('readConfig(process.env)');
  }
});

test('only private-file.ts creates files', () => {
  const creates =
    /\b(writeFile|appendFile|createWriteStream|open|copyFile|cp|symlink|link)(Sync)?\b[^;]*from 'node:fs/;
  const writers = files.filter(({ text }) =>
    [...text.matchAll(/^import [^;]*from 'node:fs[^;]*;/gm)].some(([line]) => creates.test(line)),
  );
  expect(writers.map(({ path }) => path)).toEqual(['platform/private-file.ts']);
});

test('a statement has a name of its own: PostgreSQL refuses a second text under one name', () => {
  const texts = new Map<string, Set<string>>();
  const named = /\bsql(?:<[^()]*?>)?\(\s*'([^']+)',\s*(`[^`]*`|'[^']*'|\w+)/g;
  for (const { path, text } of files) {
    for (const [, name = '', given = ''] of text.matchAll(named)) {
      // A constant belongs to its file; a text is the same everywhere.
      const identity = /^\w/.test(given) ? `${path} ${given}` : given;
      texts.set(name, (texts.get(name) ?? new Set()).add(identity));
    }
  }
  expect(texts.size).toBeGreaterThan(60);
  expect([...texts].filter(([, { size }]) => size > 1).map(([name]) => name)).toEqual([]);
});

const declared =
  /^(?:export )?(?:default )?(?:async )?(?:abstract )?(?:function\*?|const|let|type|interface|class|enum)\s+([A-Za-z_$][\w$]*)/gm;

/** The names that several files declare by convention. */
const conventions = new Set([
  'run', // each command of the command-line tool exports its function as `run`
]);

test('a name at the top level is declared in one file only', () => {
  const filesByName = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    for (const [, name = ''] of text.matchAll(declared)) {
      filesByName.set(name, (filesByName.get(name) ?? new Set()).add(path));
    }
  }
  const several = [...filesByName].filter(
    ([name, paths]) => paths.size > 1 && !conventions.has(name),
  );
  expect(filesByName.size).toBeGreaterThan(1_000);
  expect(several.map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)).toEqual([]);
});

test('another file imports each export', () => {
  const imported = importedNames(codeFiles());
  const unused = files.flatMap(({ path, text }) => {
    const used = imported.get(path) ?? new Set();
    const exported = [...text.matchAll(declared)].filter(([form]) => form.startsWith('export '));
    return exported
      .map(([, name = '']) => name)
      .filter((name) => !used.has(name) && !used.has('*'))
      .map((name) => `${path}: ${name}`);
  });
  expect(imported.size).toBeGreaterThan(200);
  expect(unused).toEqual([]);
});

test('no object or array is spread where its items can stand', () => {
  const objects = codeFiles().filter(({ text }) => /\.\.\.\{/.test(text));
  const arrays = files.filter(({ text }) => /\.\.\.\[[^\]]*\](?![.:])/.test(text));
  expect([...objects, ...arrays].map(({ path }) => path)).toEqual([]);
});

test('each file of src that a document names exists', () => {
  const paths = new Set(files.map(({ path }) => path));
  const root = join(src, '..');
  const documents = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  const named = ['README.md', 'CONTRIBUTING.md', ...documents].flatMap((document) =>
    [
      ...readFileSync(join(root, document), 'utf8').matchAll(
        /\b(?:edge|features|oauth|core|platform)\/[\w./-]+\.tsx?/g,
      ),
    ].map(([path]) => path),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !paths.has(path))).toEqual([]);
});

describe('inside a transaction', () => {
  test('only the transaction’s own statements are awaited', () => {
    const callbacks = files.flatMap(({ path, text }) =>
      transactionsIn(text).map((callback) => [path, callback] as const),
    );
    expect(callbacks.length).toBeGreaterThan(4);
    expect(
      callbacks.flatMap(([path, text]) => findStrangers(text).map((s) => `${path}: ${s}`)),
    ).toEqual([]);
  });

  test.each([
    'db.$transaction(async (tx) => { await deps.db.project.count(); })',
    'db.$transaction(async (tx) => { await context.deps.sql("x", "y", []); })',
    'db.$transaction(async (tx) => { const key = await vault.sealingKey(id); })',
    'db.$transaction(async (tx) => { await Promise.all([tx.a.count(), recordEvent(context, {})]); })',
    'writeSealed(context, id, async (tx, key) => { return openHalf(vault, place, "secret", half); })',
    'writeSealed(context, id, async (tx, key) => { void deps.db.connection.count(); })',
    'db.$transaction(async (tx) => { await requireVisibleProject(context, id); })',
  ])('the guard finds %s', (text) => {
    expect(transactionsIn(text).flatMap(findStrangers)).not.toEqual([]);
  });

  test('the guard allows the transaction’s own statements', () => {
    const text = `db.$transaction(async (tx) => {
      if (!(await lockDataKey(tx, key.id))) return undefined;
      const sealed = sealedConfig(context.deps.vault, key, place, planned);
      await tx.auditEvent.create({ data: auditEvent(context, event) });
      return { result: await write(tx, key) };
    })`;
    expect(transactionsIn(text).flatMap(findStrangers)).toEqual([]);
  });
});

/** The bodies of the functions that are given to `$transaction` or `writeSealed`. */
function transactionsIn(text: string): string[] {
  const starts = [
    ...text.matchAll(
      /(?:\$transaction|\bwriteSealed)\((?:[^()]|\([^()]*\))*?async \(tx\b[^)]*\) =>\s*\{/g,
    ),
  ];
  return starts.map(({ index, 0: head }) => {
    const start = index + head.length;
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < text.length; end += 1) {
      if (text[end] === '{') depth += 1;
      if (text[end] === '}') depth -= 1;
    }
    return text.slice(start, end - 1);
  });
}

/** Finds awaits of other calls than the transaction's, and uses of another session. */
function findStrangers(body: string): string[] {
  const awaited = [...body.matchAll(/\bawait\s+([^\n]*)/g)]
    .map(([, expression = '']) => expression)
    .filter((expression) => !/^(tx\.|\w+\(tx\b)/.test(expression));
  const elsewhere =
    body.match(
      /\b(deps\.(db|sql)\b|vault\.(open|sealingKey)\b|openHalf\(|recordEvent\(|loadCredentials\(|authenticate\()[^\n]*/g,
    ) ?? [];
  return [...awaited, ...elsewhere];
}
