import { RE2JS } from 're2js';
import { isSafePattern } from 'redos-detector';

/*
 * The `pattern` of a field comes from the author of the type, and runs on the text of everybody who fills in a form.
 * The server runs it as RE2 does, in time linear in the text. Browsers run the same pattern with their own
 * engine, which backtracks, so a pattern that could backtrack much is refused as well.
 */

const longestPattern = 500;

/**
 * How far the search for backtracking goes. It counts steps, not time, so that a busy machine judges as an idle
 * one does. 500 steps take about 40 ms, and only bad patterns take so many.
 */
const longestSearch = 500;

/** A definition with so many bad patterns is refused without a look at its others. */
const mostBadPatterns = 5;

/** Returns a function that finds what is wrong with a pattern of one definition, as a sentence. */
export function createPatternCheck(): (pattern: string) => string | undefined {
  let bad = 0;
  return (pattern) => {
    if (pattern.length > longestPattern) {
      return `Must not be longer than ${longestPattern} characters`;
    }
    if (!isRegularExpression(pattern)) {
      return 'Must be a regular expression without look-around and back references';
    }
    if (bad >= mostBadPatterns || isSafe(pattern)) return undefined;
    bad += 1;
    return 'Could backtrack: each text must match in one way only';
  };
}

function isSafe(pattern: string): boolean {
  return isSafePattern(pattern, { unicode: true, maxSteps: longestSearch, maxScore: 500 }).safe;
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
