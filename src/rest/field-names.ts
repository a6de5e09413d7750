import type { FieldIssue } from '../errors.ts';

/** GraphQL's names of what REST calls otherwise. */
const names: Readonly<Record<string, string>> = {
  projectId: 'project_id',
  redirectUrl: 'redirect_url',
  requirementId: 'requirement_id',
  userId: 'user_id',
  first: 'page_size',
};

/** An operation's complaints under the names that a REST client knows; inside a config there is one name only. */
export function inRestNames(fields: readonly FieldIssue[]): FieldIssue[] {
  return fields.map(({ path, message }) => {
    const [head = '', ...rest] = path.split('.');
    return { path: [names[head] ?? head, ...rest].join('.'), message };
  });
}
