import { InvalidInputError } from './errors.ts';
import { boundsOfJson } from './limits.ts';

/*
 * Bounds for JSON from outside. One megabyte can contain half a million values, which take seconds to
 * parse and check. So the text is counted first, in one pass that creates no values.
 */

const { depth: mostLevels, size: mostEntries, values: mostValues } = boundsOfJson;

/** Maximum number of characters of a key that an error repeats. */
const longestToldKey = 64;

export const quote = 0x22;
const backslash = 0x5c;
export const comma = 0x2c;
const colon = 0x3a;
const openings = new Set([0x5b, 0x7b]); // [ {
const closings = new Set([0x5d, 0x7d]); // ] }

/** An open list or object: the number of its commas so far, and the position of its latest key. */
type OpenContainer = {
  commas: number;
  isList: boolean;
  key: [from: number, to: number] | undefined;
};

/**
 * Counts the contents of a JSON text. Only the parser decides whether it is valid JSON.
 *
 * @throws InvalidInputError if the text exceeds a bound.
 */
export function requireBounded(text: string): void {
  const open: OpenContainer[] = [];
  let values = 0;
  let latest: [number, number] | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      latest = [at + 1, end];
      at = end;
      continue;
    }
    const inner = open.at(-1);
    // In text that is not valid JSON, a second colon would take a value for a key.
    if (code === colon && inner !== undefined) inner.key ??= latest;
    else if (closings.has(code)) open.pop();
    else if (code === comma && inner !== undefined) {
      values += 1;
      inner.commas += 1;
      inner.key = undefined;
      if (inner.commas < mostEntries) continue;
      const what = inner.isList ? 'items' : 'fields';
      throw refusalAt(text, open.slice(0, -1), `cannot hold more than ${mostEntries} ${what}`);
    } else if (openings.has(code)) {
      values += 1;
      if (open.length >= mostLevels) {
        const field = open.slice(0, open.findLastIndex(({ isList }) => !isList) + 1);
        throw refusalAt(text, field, `cannot be nested more than ${mostLevels} levels deep`);
      }
      open.push({ commas: 0, isList: code === 0x5b, key: undefined });
      latest = undefined;
    }
    if (values > mostValues) {
      throw refusalAt(text, [], `cannot hold more than ${mostValues} values altogether`);
    }
  }
}

/** Returns the end of the string that begins here; the end of the text if it has none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at;
  }
  return text.length;
}

function refusalAt(
  text: string,
  within: readonly OpenContainer[],
  message: string,
): InvalidInputError {
  const steps = within.map(({ isList, commas, key }) => {
    if (isList || key === undefined) return String(commas);
    return text.slice(key[0], Math.min(key[1], key[0] + longestToldKey)).toWellFormed();
  });
  return new InvalidInputError([{ path: steps.join('.') || 'body', message }]);
}
