import type { FieldIssue } from '../../platform/errors.ts';

/** GraphQL's names of what REST calls otherwise. */
const names = new Map([
  ['projectId', 'project_id'],
  ['redirectUrl', 'redirect_url'],
  ['requirementId', 'requirement_id'],
  ['userId', 'user_id'],
  ['externalId', 'external_id'],
  ['first', 'page_size'],
]);

/** An operation's complaints under the names that a REST client knows; inside a config there is one name only. */
export function inRestNames(fields: readonly FieldIssue[]): FieldIssue[] {
  return fields.map(({ path, message }) => {
    const [head = '', ...rest] = path.split('.');
    return { path: [names.get(head) ?? head, ...rest].join('.'), message };
  });
}

/** The same for the names inside a value, such as the details of a conflict. */
export function inRestNamesDeep<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inRestNamesDeep) as Value;
  const entries = Object.entries(value).map(([name, inner]) => [
    names.get(name) ?? name,
    inRestNamesDeep(inner),
  ]);
  return Object.fromEntries(entries) as Value; // of the same shape, under other names
}
