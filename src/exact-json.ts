/*
 * JSON that is not changed by being read. JSON.parse takes 9007199254740993 for the number before it, 1e400
 * for infinity, and of two entries of one name the second.
 */

/** A JSON text has an entry twice; `path` is where. */
export class DuplicateKeyError extends Error {
  override readonly name = 'DuplicateKeyError';
  readonly path: string;
  constructor(path: string) {
    super('A JSON text has an entry twice.');
    this.path = path;
  }
}

/** An object or list that the reader is in; `keys` is null in a list. */
type Open = { value: unknown; key: string | number | null; keys: Set<string> | null };

/**
 * A JSON text as a value, in which NaN stands for each number that JavaScript cannot hold exactly. JSON
 * has no NaN, so every schema refuses it, at its own path and together with all else that is wrong.
 *
 * @throws SyntaxError, DuplicateKeyError
 */
export function parseExactly(text: string): unknown {
  const root = { value: JSON.parse(text) as unknown };
  const open: Open[] = [{ value: root, key: 'value', keys: null }];
  for (let at = 0; at < text.length; at += 1) {
    const top = open.at(-1);
    const character = text[at] ?? '';
    if (top === undefined) break;
    if (character === '"') {
      const end = endOfText(text, at);
      if (top.keys !== null && top.key === null) enter(open, top.keys, text.slice(at, end));
      at = end - 1;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, at);
      if (!isExact(text.slice(at, end))) replaceByNaN(top);
      at = end - 1;
    } else if (character === '{') {
      open.push({ value: childOf(top), key: null, keys: new Set() });
    } else if (character === '[') {
      open.push({ value: childOf(top), key: 0, keys: null });
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      top.key = typeof top.key === 'number' ? top.key + 1 : null;
    }
  }
  return root.value;
}

/** Whether a literal's digits are those of the number that JavaScript makes of it. */
export function isExact(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const given = decimalOf(literal);
  const held = decimalOf(String(value));
  if (given.digits !== held.digits) return false;
  return given.digits === '' || given.exponent === held.exponent;
}

/** A number's digits without the zeros around them, and the power of ten that they are multiplied by. */
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

function enter(open: readonly Open[], keys: Set<string>, literal: string): void {
  const key = JSON.parse(literal) as string; // the whole text was valid
  const top = open.at(-1);
  if (top !== undefined) top.key = key;
  if (!keys.has(key)) {
    keys.add(key);
    return;
  }
  const path = open.slice(1).map((one) => one.key);
  throw new DuplicateKeyError(path.slice(0, 40).join('.'));
}

// Where an entry comes twice, the value is another than the text says: it is refused, but later.
function childOf({ value, key }: Open): unknown {
  return typeof value === 'object' && value !== null && key !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

function replaceByNaN({ value, key }: Open): void {
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
  let end = start;
  while (end < text.length && '+-.0123456789eE'.includes(text[end] ?? '')) end += 1;
  return end;
}
