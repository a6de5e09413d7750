import { ConflictError, InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/* Converts names between REST, which uses snake case, and operations, which use camel case as GraphQL does. */

/** `project_id` → `projectId` */
export function inCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/** `projectId` → `project_id` */
function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Returns problems of an operation with the names that REST uses. Names inside a config do not change.
 *
 * @param wholeBody the input that is the whole body in REST, so that no path names it.
 */
export function inRestNames(issues: readonly FieldIssue[], wholeBody?: string): FieldIssue[] {
  return issues.map(({ path, message }) => {
    const [head = '', ...rest] = path.split('.');
    if (head === wholeBody) return { path: rest.join('.') || 'body', message };
    const name = head === 'first' ? 'page_size' : inSnakeCase(head);
    return { path: [name, ...rest].join('.'), message };
  });
}

/** Returns an error of an operation with the names that REST uses. */
export function errorInRestNames(error: unknown, wholeBody?: string): unknown {
  if (error instanceof InvalidInputError) {
    return new InvalidInputError(inRestNames(error.fields, wholeBody), { cause: error });
  }
  if (error instanceof ConflictError && error.details !== undefined) {
    const details = valueInSnakeCase(error.details) as Record<string, unknown>; // of the same shape
    return new ConflictError(error.message, details, { cause: error });
  }
  return error;
}

function valueInSnakeCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(valueInSnakeCase);
  const entries = Object.entries(value).map(([name, inner]) => [
    inSnakeCase(name),
    valueInSnakeCase(inner),
  ]);
  return Object.fromEntries(entries);
}
