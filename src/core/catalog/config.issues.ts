import type { z } from 'zod';
import type { FieldIssue } from '../../platform/errors.ts';
import { type ConnectionType, rulesOf } from './connection-type.ts';
import type { JsonObject } from './json.ts';
import { missingFields } from './rules.ts';
import { findTextProblem } from './text-safety.ts';

/** What zod finds in a field. The schemas have our messages, so only the path is put into words. */
export function fieldIssues(field: string, error: z.ZodError | undefined): FieldIssue[] {
  const found = error?.issues ?? [];
  return found.map(({ path, message }) => ({
    path: ['config', field, ...path].join('.'),
    message,
  }));
}

/** What the type's rules miss, each at the missing field. Defaults count as given. */
export function ruleIssues(type: ConnectionType, given: JsonObject): FieldIssue[] {
  const rules = rulesOf(type);
  if (rules.length === 0) return [];
  const whole = { ...defaultsOf(type), ...given };
  const missing = rules.flatMap((rule) => missingFields(rule, whole));
  return missing.map(({ field, message }) => ({ path: `config.${field}`, message }));
}

/** One issue for each key that the type does not have. A key that cannot be stored is not repeated. */
export function unknownFieldIssues(type: ConnectionType, input: JsonObject): FieldIssue[] {
  const known = new Set(type.fields.map(({ name }) => name));
  return Object.entries(input)
    .filter(([name, value]) => value !== undefined && !known.has(name))
    .map(([name]) => unknownFieldIssue(name));
}

/** The issues in the order of the type's fields. Where a path has several, the first one stays. */
export function inFieldOrder(type: ConnectionType, issues: readonly FieldIssue[]): FieldIssue[] {
  const byPath = new Map<string, FieldIssue>();
  for (const issue of issues) {
    if (!byPath.has(issue.path)) byPath.set(issue.path, issue);
  }
  const distinct = [...byPath.values()];
  return type.fields.flatMap(({ name }) => distinct.filter(({ path }) => isAt(name, path)));
}

function unknownFieldIssue(name: string): FieldIssue {
  const problem = findTextProblem(name);
  if (problem) return { path: 'config', message: problem };
  return { path: `config.${name}`, message: 'is not a known field' };
}

function isAt(field: string, path: string): boolean {
  return path === `config.${field}` || path.startsWith(`config.${field}.`);
}

function defaultsOf(type: ConnectionType): JsonObject {
  const defaults: JsonObject = {};
  for (const field of type.fields) {
    if (field.default !== undefined) defaults[field.name] = field.default;
  }
  return defaults;
}
