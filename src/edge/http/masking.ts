import { GraphQLError } from 'graphql';
import type { RequestContext } from '../../core/access/request-context.ts';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { AppError, errorKinds, InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/** Returns the AppError behind an error, if there is one; the caller may know about it. */
export function toAppError(error: unknown): AppError | undefined {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const translated = translateDatabaseError(original);
  return translated instanceof AppError ? translated : undefined;
}

/** Returns the unexpected error behind an error; undefined if the error is an expected one. */
export function findBug(error: unknown): unknown {
  if (toAppError(error) !== undefined) return undefined;
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError === undefined ? undefined : findBug(error.originalError);
}

/**
 * The only mask of GraphQL: it keeps an AppError, removes values from the errors of GraphQL itself, and
 * hides a bug.
 */
export function maskError(error: unknown, requestId: string): GraphQLError {
  const known = toAppError(error);
  const place = sourcePlaceOf(error);
  if (known !== undefined) {
    const { graphql, status } = errorKinds[known.kind];
    const extensions = {
      code: graphql,
      ...(known instanceof InvalidInputError && { fields: known.fields.map(asInApi) }),
      http: { status, spec: aboutDocument.includes(known.kind) },
    };
    return new GraphQLError(known.message, { ...place, extensions, originalError: known });
  }
  if (error instanceof GraphQLError && findBug(error) === undefined) {
    return withoutValues(error);
  }
  const extensions = {
    code: errorKinds.internal.graphql,
    requestId,
    http: { status: 500 },
  };
  return new GraphQLError(internalMessage(requestId), { ...place, extensions });
}

/** Returns what the API shows of an issue. */
function asInApi({ path, message }: FieldIssue) {
  return { path, message };
}

/** Refusals of a document. They are 200 for clients that accept only plain JSON. */
const aboutDocument: readonly AppError['kind'][] = [
  'query_too_complex',
  'persisted_query_not_supported',
];

/**
 * Returns everything that a client learns about a bug. The log has the details under the same id.
 */
export function internalMessage(requestId: string): string {
  return `The server failed unexpectedly. Ask its operator to look for request_id ${requestId} in the log.`;
}

/**
 * Removes the values that GraphQL quotes in its messages: a literal or a variable may be a secret.
 */
function withoutValues(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  const code = extensions.code === 'QUERY_TOO_COMPLEX' ? 'QUERY_TOO_COMPLEX' : 'BAD_USER_INPUT';
  // A request with an invalid document is 200 for clients that accept only plain JSON.
  const isDocument = /^GRAPHQL_(PARSE|VALIDATION)_FAILED$/.test(String(extensions.code));
  const http = { status: 400, ...extensions.http, spec: isDocument || !extensions.http };
  return new GraphQLError(toldOf(message), { ...sourcePlaceOf(error), extensions: { code, http } });
}

/** Maximum length of a message of GraphQL, because the names in it come from the caller. */
const longestComplaint = 500;

/**
 * Removes the quoted value from a message of GraphQL. The value comes last in each sentence. It may be a
 * megabyte that looks like a message, so this searches only for plain text, and only once.
 */
function toldOf(message: string): string {
  const start = message.slice(0, longestComplaint);
  if (start.startsWith('Syntax Error: ')) return toldOfSyntax(start);
  const enumeration = start.startsWith('Value "') ? message.lastIndexOf(notInEnum) : -1;
  if (enumeration >= 0) {
    const name = message.slice(enumeration + notInEnum.length).split('"', 1)[0];
    return `Enum "${name}" does not have this value.`;
  }
  const [first] = quotingComplaints
    .map(([quote, end]) => ({ at: start.indexOf(quote), end }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at); // a value may contain the other kind of quotes
  if (first !== undefined) return `${start.slice(0, first.at)}${first.end}`;
  return start === message ? message : `${start}…`;
}

/** The words before a quoted value, and the words that replace both. */
const quotingComplaints = [
  [' got invalid value ', ' has a value that its type does not take.'],
  [' has invalid value ', ' has a value that its type does not take.'],
  [' cannot represent ', ' cannot represent this value.'],
  [', found ', '.'],
] as const;

const notInEnum = '" does not exist in "';

/** The syntax errors whose message says only what was expected. The others quote the source. */
const syntaxMistakes = ['Unexpected', 'Unterminated', 'Invalid'];

function toldOfSyntax(start: string): string {
  const found = start.indexOf(', found ');
  if (found >= 0) return `${start.slice(0, found)}.`;
  const what = start.slice('Syntax Error: '.length);
  if (!syntaxMistakes.some((mistake) => what.startsWith(mistake))) return start;
  const end = what.search(/["':]/);
  return end < 0 ? start : `Syntax Error: ${what.slice(0, end).trimEnd()}.`;
}

/** Returns the positions of an error in the document and in the response. */
function sourcePlaceOf(error: unknown) {
  if (!(error instanceof GraphQLError)) return {};
  const { nodes, source, positions, path } = error;
  return {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
  };
}

/** Logs an error that is a bug rather than a failure that the client learns of. */
export function logBug(
  { deps, request }: Pick<RequestContext, 'deps' | 'request'>,
  error: unknown,
): void {
  const bug = findBug(error);
  if (bug !== undefined) {
    deps.log.error({ err: bug, requestId: request.id }, 'a REST request failed');
  }
}
