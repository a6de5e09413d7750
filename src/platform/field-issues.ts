import { mostComplaints } from './limits.ts';

/** The parameters of an issue's code, such as the largest value allowed. */
export type IssueParams = Readonly<
  Record<string, string | number | readonly string[] | readonly (readonly string[])[]>
>;

/**
 * One problem of an input: the path of the field, and the rule that it breaks. It
 * never contains the value.
 */
export type FieldIssue = {
  path: string;
  /** What the API returns. */
  message: string;
  /** The problem for a page that words it itself; absent if no page shows it. Not part of the API. */
  code?: string;
  params?: IssueParams;
};

/** Maximum length of a path in an error, because the keys in it come from the caller. */
const longestProblemPath = 200;

/**
 * Keeps the first problems and adds one that says how many more there are; that one has no path.
 */
export function boundedIssues(issues: readonly FieldIssue[]): FieldIssue[] {
  const told = issues.slice(0, mostComplaints).map(({ path, ...issue }) => ({
    path:
      path.length > longestProblemPath
        ? `${path.slice(0, longestProblemPath).toWellFormed()}…`
        : path,
    ...issue,
  }));
  const [next, ...others] = issues.slice(mostComplaints);
  if (next === undefined) return told;
  const isBounded = others.length === 0 && next.path === ''; // the list was bounded before
  return [...told, isBounded ? next : { path: '', message: `and ${others.length + 1} more` }];
}

/** Joins issues to one sentence. */
export function describeIssues(fields: readonly FieldIssue[]): string {
  const listed = fields.map(({ path, message }) => (path ? `${path} ${message}` : message));
  return `${listed.join('; ')}.`;
}
