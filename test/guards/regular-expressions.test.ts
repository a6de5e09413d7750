import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sourceFiles, src } from './source.ts';

/*
 * A backtracking regular expression takes time that grows with the square of the length,
 * or worse. Callers send texts of a megabyte, so every expression of ours is run on texts that are
 * made of its own parts.
 */

type Found = { where: string; source: string; flags: string };

/** Expressions that read only bounded text, and where the bound is. */
const bounded: Record<string, string> = {
  '^\\s*(\\S.*?)\\s*:\\s*(\\w+)\\s*$': 'config.oidc.ts reads OIDC_ROLES, which the operator writes',
};

/** Every regular expression in `src`, and those of zod's formats that we use. */
async function findExpressions(): Promise<Found[]> {
  const written = sourceFiles().flatMap(({ path, text }) => literalsIn(path, text));
  const formats = {
    html5Email: z.regexes.html5Email,
    date: z.regexes.date,
    uuid: z.regexes.uuid(),
  };
  const ofZod = Object.entries(formats).map(([name, { source, flags }]) => ({
    where: `zod ${name}`,
    source,
    flags,
  }));
  return [...written, ...(await madeExpressions()), ...ofZod];
}

const all = findExpressions();

test('every regular expression of the source takes linear time', async () => {
  const expressions = await all;
  expect(expressions.length).toBeGreaterThan(60);
  const slow = await findSlow(expressions.filter(({ source }) => !(source in bounded)));
  expect(slow).toEqual([]);
}, 120_000);

test('every expression in the list of bounded ones exists', async () => {
  const sources = new Set((await all).map(({ source }) => source));
  expect(Object.keys(bounded).filter((source) => !sources.has(source))).toEqual([]);
});

test('the guard finds backtracking expressions, also endless ones', async () => {
  const bad = [
    /got invalid value .*? at "([^"]*)"[;:].*$/s,
    /^(a+)+$/,
    /\s+$/,
    /^(cannot be blank (?:when|unless) )(.+)( is .+)$/,
  ].map(({ source, flags }) => ({ where: source, source, flags }));
  const found = await findSlow(bad, 1_000);
  expect(found.map((line) => bad.findIndex(({ where }) => line.startsWith(`${where}:`)))).toEqual(
    bad.map((_, index) => index),
  );
}, 120_000);

/** The expressions that a module builds, found by importing it. */
async function madeExpressions(): Promise<Found[]> {
  const found: Found[] = [];
  const Native = globalThis.RegExp;
  let where = '';
  globalThis.RegExp = new Proxy(Native, {
    construct(target, given) {
      const { source, flags } = Reflect.construct(target, given) as RegExp;
      found.push({ where, source, flags });
      return Reflect.construct(target, given) as RegExp;
    },
  });
  try {
    for (const { path, text } of sourceFiles()) {
      // It parses the patterns of custom types, and matches nothing with the result: RE2 matches them.
      if (path === 'core/catalog/patterns.ts' || !/\bRegExp\(/.test(text)) continue;
      const before = found.length;
      where = path;
      await import(`${join(src, path)}?again`); // an earlier test may have imported it
      if (found.length === before) throw new Error(`${path} makes no expression at its import.`);
    }
  } finally {
    globalThis.RegExp = Native;
  }
  return found;
}

/** Milliseconds until a process is ready. */
const longestStart = 10_000;

/** Returns the expressions that took too long, each with its place and the text. */
async function findSlow(expressions: readonly Found[], patience = 5_000): Promise<string[]> {
  const slow: string[] = [];
  let next = 0;
  while (next < expressions.length) {
    const from = next;
    const child = new URL('./regular-expressions.child.ts', import.meta.url).pathname;
    const tried = spawn(process.execPath, ['--import', 'tsx', child], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const kill = () => tried.kill('SIGKILL');
    let timer = setTimeout(kill, longestStart);
    tried.stdin.end(JSON.stringify(expressions.slice(from)));
    for await (const line of createInterface({ input: tried.stdout })) {
      clearTimeout(timer);
      timer = setTimeout(kill, patience);
      const said = JSON.parse(line) as 'ready' | [number, string | null];
      if (said === 'ready') continue;
      const [index, text] = said;
      if (text !== null) slow.push(describe(expressions[from + index], text));
      next = from + index + 1;
    }
    clearTimeout(timer);
    if (tried.exitCode === null && tried.signalCode === null) await once(tried, 'exit');
    if (next < expressions.length) {
      slow.push(describe(expressions[next], `more than ${patience} ms`));
      next += 1;
    }
  }
  return slow;
}

function describe(found: Found | undefined, text: string): string {
  return `${found?.where}: /${found?.source}/ ${text}`;
}

type Node = { type?: string; regex?: { pattern: string; flags: string } };

function literalsIn(where: string, text: string): Found[] {
  const found: Found[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, regex } = node as Node;
    if (type === 'Literal' && regex)
      found.push({ where, source: regex.pattern, flags: regex.flags });
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(parseAst(text, { lang: where.endsWith('x') ? 'tsx' : 'ts' }, where));
  return found;
}
