/*
 * Runs regular expressions on texts made of their own parts, in a process that can be killed: an
 * expression that backtracks for ever cannot be stopped otherwise. Each line of its output
 * is the number of an expression and the text that took too long, if any.
 */

type Expression = { source: string; flags: string };

const small = 10_240;
const megabyte = 1_048_576;
/** Milliseconds: a linear expression takes far less, a backtracking one more. */
const smallLimit = 25;
const megabyteLimit = 300;

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const expressions = JSON.parse(Buffer.concat(chunks).toString()) as Expression[];
process.stdout.write('"ready"\n');
expressions.forEach((expression, index) => {
  process.stdout.write(`${JSON.stringify([index, findSlow(expression) ?? null])}\n`);
});

function findSlow({ source, flags }: Expression): string | undefined {
  // A global or sticky expression would begin where it stopped the last time.
  const expression = new RegExp(source, flags.replace(/[gy]/g, ''));
  const tried: { unit: string; before: string; after: string; ms: number }[] = [];
  for (const sample of samplesFor(source)) {
    const ms = fastest(expression, textOf(sample, small), smallLimit);
    if (ms > smallLimit) return describe(sample, ms);
    tried.push({ ...sample, ms });
  }
  tried.sort((one, other) => other.ms - one.ms);
  for (const sample of tried.slice(0, 4)) {
    const ms = fastest(expression, textOf(sample, megabyte), megabyteLimit);
    if (ms > megabyteLimit) return describe(sample, ms);
  }
  return undefined;
}

/** Measures an expression, again when it is slow, because another process may have used the processor. */
function fastest(expression: RegExp, text: string, limit: number): number {
  let ms = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && ms > limit; tries += 1) {
    const begun = performance.now();
    expression.test(text);
    ms = Math.min(ms, performance.now() - begun);
  }
  return ms;
}

type Sample = { unit: string; before: string; after: string };

function textOf({ unit, before, after }: Sample, length: number): string {
  return before + unit.repeat(Math.ceil(length / unit.length)) + after;
}

function describe({ unit, before, after }: Sample, ms: number): string {
  return `${JSON.stringify(before)} + ${JSON.stringify(unit)}.repeat(…) + ${JSON.stringify(after)}: ${Math.round(ms)} ms`;
}

/** Texts made of an expression's own literals and of typical matches of its classes. */
function* samplesFor(source: string): Generator<Sample> {
  const literals = literalPartsOf(source);
  const all = literals.join('');
  const first = literalPartsOf(source.replace(/\|[^()|]*(?=[|)])/g, '')); // of each choice the first
  const beginnings = first.map((_, index) => first.slice(0, index + 1).join(''));
  const repeats = ['a', '0', ' ', '\n', '/', '.', '-', 'a.', 'a-', '"', '\\', '\0', 'é', ',', '='];
  const units = new Set([...literals, all, ...repeats].filter((unit) => unit !== ''));
  for (const unit of units) {
    for (const before of new Set(['', all, ...beginnings])) {
      yield { unit, before, after: '' };
      yield { unit, before, after: '\0!' };
      yield { unit, before, after: '\n' };
    }
  }
}

/** The literal parts of an expression: `/^(got) (.*?) at/` is `got`, ` `, ` at`. */
function literalPartsOf(source: string): string[] {
  const plain = source
    .replace(/\\[pP]\{[^}]*\}|\\[bBdDwWsS]|\\u\{?[\da-fA-F]+\}?/g, '\0')
    .replace(/\\n/g, '\n')
    .replace(/\\r/g, '\r')
    .replace(/\[(?:\\.|[^\]])*\]/g, '\0')
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '\0')
    .replace(/\{[\d,]*\}/g, '\0')
    .replace(/(?<!\\)[()|*+?^$.]/g, '\0')
    .replace(/\\(.)/g, '$1');
  return [...new Set(plain.split('\0').filter((part) => part !== ''))].slice(0, 12);
}
