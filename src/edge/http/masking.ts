import { GraphQLError } from 'graphql';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { AppError, errorKinds, type FieldIssue, InvalidInputError } from '../../platform/errors.ts';

/** The failure behind an error, if it is one that the caller may be told about. */
export function toAppError(error: unknown): AppError | undefined {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const translated = translateDatabaseError(original);
  return translated instanceof AppError ? translated : undefined;
}

/** What is behind an error that nobody foresaw; undefined for those that may be told. */
export function findBug(error: unknown): unknown {
  if (toAppError(error) !== undefined) return undefined;
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError === undefined ? undefined : findBug(error.originalError);
}

/** The one mask of GraphQL: an AppError is told, a complaint of GraphQL itself without values, a bug not at all. */
export function maskError(error: unknown, requestId: string): GraphQLError {
  const known = toAppError(error);
  const place = placeOf(error);
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

/** Refusals of a document, which are 200 for clients that take plain JSON only. */
const aboutDocument: readonly AppError['kind'][] = [
  'query_too_complex',
  'persisted_query_not_supported',
];

/** All that is said of a bug; the log has the rest under the same id. */
export function internalMessage(requestId: string): string {
  return `The server failed unexpectedly. Ask its operator to look for request_id ${requestId} in the log.`;
}

/** GraphQL quotes what it could not take: a literal or a variable, which may be a secret. */
function withoutValues(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  const code = extensions.code === 'QUERY_TOO_COMPLEX' ? 'QUERY_TOO_COMPLEX' : 'BAD_USER_INPUT';
  // A request whose document is not valid is 200 for clients that take plain JSON only.
  const isDocument = /^GRAPHQL_(PARSE|VALIDATION)_FAILED$/.test(String(extensions.code));
  const http = { status: 400, ...extensions.http, spec: isDocument || !extensions.http };
  return new GraphQLError(toldOf(message), { ...placeOf(error), extensions: { code, http } });
}

/** Characters of a complaint of GraphQL: names in it are the caller's. */
const longestComplaint = 500;

/**
 * A message of GraphQL without the value that it quotes, which comes last in each of its sentences. The
 * value may be a megabyte that resembles a message, so this looks for plain text only, and only once.
 */
function toldOf(message: string): string {
  const start = message.slice(0, longestComplaint);
  if (start.startsWith('Syntax Error: ')) return toldOfSyntax(start);
  const enumeration = start.startsWith('Value "') ? message.lastIndexOf(notInEnum) : -1;
  if (enumeration >= 0) {
    const name = message.slice(enumeration + notInEnum.length).split('"', 1)[0];
    return `Enum "${name}" does not have this value.`;
  }
  const [first] = quotes
    .map(([quote, end]) => ({ at: start.indexOf(quote), end }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at); // a value may hold the other quotes
  if (first !== undefined) return `${start.slice(0, first.at)}${first.end}`;
  return start === message ? message : `${start}…`;
}

/** What stands before a quoted value, and what is said in the place of both. */
const quotes = [
  [' got invalid value ', ' has a value that its type does not take.'],
  [' has invalid value ', ' has a value that its type does not take.'],
  [' cannot represent ', ' cannot represent this value.'],
  [', found ', '.'],
] as const;

const notInEnum = '" does not exist in "';

/** Which mistakes of syntax are told with what was expected; the rest quotes what stood there. */
const syntaxMistakes = ['Unexpected', 'Unterminated', 'Invalid'];

function toldOfSyntax(start: string): string {
  const found = start.indexOf(', found ');
  if (found >= 0) return `${start.slice(0, found)}.`;
  const what = start.slice('Syntax Error: '.length);
  if (!syntaxMistakes.some((mistake) => what.startsWith(mistake))) return start;
  const end = what.search(/["':]/);
  return end < 0 ? start : `Syntax Error: ${what.slice(0, end).trimEnd()}.`;
}

/** Where in the document and in the answer an error belongs. */
function placeOf(error: unknown) {
  if (!(error instanceof GraphQLError)) return {};
  const { nodes, source, positions, path } = error;
  return {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
  };
}
