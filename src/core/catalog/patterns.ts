import { RE2JS } from 're2js';
import { isSafePattern } from 'redos-detector';

/*
 * The `pattern` of a field comes from the author of the type, and runs on the text of everybody who fills in a form.
 * The server runs it as RE2 does, in time linear in the text. Browsers run the same pattern with their own
 * engine, which backtracks, so a pattern that could backtrack much is refused as well.
 */

const longestPattern = 500;

/** Milliseconds for the search for backtracking, for one pattern and for all patterns of a definition. */
const searchTime = { one: 100, all: 400 };

/**
 * Returns a function that finds what is wrong with a pattern, as a sentence. One function checks all patterns
 * of a definition: together they have a limited time, and patterns that need more are refused.
 */
export function createPatternCheck(): (pattern: string) => string | undefined {
  let left = searchTime.all;
  return (pattern) => {
    if (pattern.length > longestPattern) {
      return `Must not be longer than ${longestPattern} characters`;
    }
    if (!isRegularExpression(pattern)) {
      return 'Must be a regular expression without look-around and back references';
    }
    const startedAt = performance.now();
    const timeout = Math.max(1, Math.min(searchTime.one, left));
    const { safe } = isSafePattern(pattern, { unicode: true, timeout, maxScore: 500 });
    left -= performance.now() - startedAt;
    return safe ? undefined : 'Could backtrack: each text must match in one way only';
  };
}

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Compiles a pattern whose matching takes linear time. It matches anywhere in a text unless it has ^ and $. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.test(text);
}
