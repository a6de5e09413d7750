// Counted from the config, which is level 1.
const deepestLevel = 32;
const loneSurrogate = /\p{Surrogate}/u;

/** Returns a complaint about text that PostgreSQL or UTF-8 cannot store. */
export function findTextProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'cannot hold the character U+0000';
  if (loneSurrogate.test(text)) return 'is not well-formed text';
  return undefined;
}

/**
 * Returns a complaint about a text or a key inside a field's value, or about its depth. Recursion ends at
 * the deepest level allowed, so that a sender's nesting cannot exhaust the stack.
 */
export function findNestedProblem(value: unknown, level = 2): string | undefined {
  if (typeof value === 'string') return findTextProblem(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (level > deepestLevel) return 'is nested too deeply';
  for (const [key, inner] of Object.entries(value)) {
    const problem = findTextProblem(key) ?? findNestedProblem(inner, level + 1);
    if (problem) return problem;
  }
  return undefined;
}

type Unwritable = { path: string[]; message: string };

/** Returns the values inside an object that JSON cannot write. Check the object's depth first. */
export function findUnwritable(value: unknown, path: string[] = []): Unwritable[] {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return [{ path, message: 'is a number that JSON cannot hold exactly: write it as text' }];
  }
  if (typeof value === 'symbol') {
    return [{ path, message: 'is an enum value, which JSON does not have: write it as text' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => findUnwritable(inner, [...path, key]));
}
