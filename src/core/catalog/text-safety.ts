import { type Complaint, complaint } from './complaints.ts';

// Counted from the config, which is level 1.
const deepestLevel = 32;
const loneSurrogate = /\p{Surrogate}/u;

/** Returns a complaint about text that PostgreSQL or UTF-8 cannot store. */
export function findTextProblem(text: string): Complaint | undefined {
  if (text.includes('\u0000')) return complaint('null_character');
  if (loneSurrogate.test(text)) return complaint('lone_surrogate');
  return undefined;
}

/**
 * Returns a complaint about a text or a key inside a field's value, or about its depth. Recursion ends at
 * the deepest level allowed, so that a sender's nesting cannot exhaust the stack.
 */
export function findNestedProblem(value: unknown, level = 2): Complaint | undefined {
  if (typeof value === 'string') return findTextProblem(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (level > deepestLevel) return complaint('too_deep');
  for (const [key, inner] of Object.entries(value)) {
    const problem = findTextProblem(key) ?? findNestedProblem(inner, level + 1);
    if (problem) return problem;
  }
  return undefined;
}

type Unwritable = { path: string[]; found: Complaint };

/** Returns the values inside an object that JSON cannot write. Check the object's depth first. */
export function findUnwritable(value: unknown, path: string[] = []): Unwritable[] {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return [{ path, found: complaint('inexact_number') }];
  }
  if (typeof value === 'symbol') {
    return [{ path, found: complaint('enum_value') }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => findUnwritable(inner, [...path, key]));
}
