import { comma, quote, requireBounded } from './bounded-json.ts';

/*
 * A JSON parser that loses nothing. JSON.parse reads 9007199254740993 as the number before it and 1e400 as
 * infinity, and of two entries with one name it keeps the second.
 */

/** Maximum number of steps of a path in an error, and of characters of each step. */
const longestPath = 40;
const longestTold = 64;

const bracket = 0x5b;
const closingBracket = 0x5d;
const brace = 0x7b;
const closingBrace = 0x7d;

/** A JSON object has an entry twice. `path` is the path of that entry. */
export class DuplicateKeyError extends Error {
  override readonly name = 'DuplicateKeyError';
  readonly path: string;
  constructor(path: string) {
    super('A JSON text has an entry twice.');
    this.path = path;
  }
}

/**
 * An object or list that the reader is in, with the keys so far. Most objects of a deep text have one key,
 * and a Set for each would cost as much as everything else.
 */
type OpenValue = {
  value: unknown;
  key: string | number | null;
  isObject: boolean;
  firstKey: string | null;
  allKeys: Set<string> | null;
};

function openUp(value: unknown, key: string | number | null): OpenValue {
  return { value, key, isObject: key === null, firstKey: null, allKeys: null };
}

/**
 * Parses a JSON text. NaN stands for each number that JavaScript cannot hold exactly. JSON has no NaN, so
 * every schema refuses it, at its own path and together with all other problems.
 *
 * @throws SyntaxError, DuplicateKeyError; InvalidInputError if the text exceeds a bound of JSON.
 */
export function parseExactly(text: string): unknown {
  requireBounded(text);
  const root = { value: JSON.parse(text) as unknown };
  const open: OpenValue[] = [openUp(root, 'value')];
  let top = open[0];
  for (let at = 0; at < text.length && top !== undefined; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) {
      const end = endOfText(text, at);
      if (top.isObject && top.key === null) enter(open, top, text.slice(at, end));
      at = end - 1;
    } else if (character === comma) {
      top.key = typeof top.key === 'number' ? top.key + 1 : null;
    } else if (startsNumber(character)) {
      const end = endOfNumber(text, at);
      if (!isExact(text.slice(at, end))) replaceByNaN(top);
      at = end - 1;
    } else if (character === brace || character === bracket) {
      top = openUp(childOf(top), character === brace ? null : 0);
      open.push(top);
    } else if (character === closingBrace || character === closingBracket) {
      open.pop();
      top = open.at(-1);
    }
  }
  return root.value;
}

/** Up to 14 digits and a small exponent. JavaScript holds such a number exactly. */
const small = /^-?\d{1,7}(?:\.\d{1,7})?(?:[eE][-+]?\d{1,2})?$/;

/** Whether the digits of a literal equal those of the number that JavaScript makes of it. */
export function isExact(literal: string): boolean {
  if (small.test(literal)) return true;
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const given = decimalOf(literal);
  const held = decimalOf(String(value));
  if (given.digits !== held.digits) return false;
  return given.digits === '' || given.exponent === held.exponent;
}

/**
 * Returns the digits of a number without the zeros around them, and the power of ten that multiplies them.
 */
function decimalOf(literal: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = (literal.startsWith('-') ? literal.slice(1) : literal).split(
    /[eE]/,
  );
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  let first = 0;
  while (all[first] === '0') first += 1;
  let last = all.length;
  while (last > first && all[last - 1] === '0') last -= 1;
  const exponent = Number(power) - fraction.length + (all.length - last);
  return { digits: all.slice(first, last), exponent };
}

function enter(open: readonly OpenValue[], top: OpenValue, literal: string): void {
  // The whole text is valid JSON, so only an escape sequence can make the key differ from its source
  // text.
  const key = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  top.key = key;
  if (top.firstKey === null) {
    top.firstKey = key;
    return;
  }
  top.allKeys ??= new Set([top.firstKey]);
  if (!top.allKeys.has(key)) {
    top.allKeys.add(key);
    return;
  }
  const path = open.slice(1, 1 + longestPath).map((one) => String(one.key).slice(0, longestTold));
  throw new DuplicateKeyError(path.join('.'));
}

// If an entry comes twice, its value differs from the text. The error for that is thrown later.
function childOf({ value, key }: OpenValue): unknown {
  return typeof value === 'object' && value !== null && key !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

function replaceByNaN({ value, key }: OpenValue): void {
  if (typeof value !== 'object' || value === null || key === null) return;
  if (Object.hasOwn(value, key)) (value as Record<string | number, unknown>)[key] = Number.NaN;
}

function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

function startsNumber(character: number): boolean {
  return (character >= 0x30 && character <= 0x39) || character === 0x2d; // 0 to 9, -
}

function isOfNumber(character: number): boolean {
  // 0 to 9, "-", "+", ".", "e" and "E": in a valid text, nothing but a number has them in a row
  return (
    (character >= 0x2b && character <= 0x39 && character !== comma) || (character | 0x20) === 0x65
  );
}
