import { GraphQLError } from 'graphql';
import { translateDatabaseError } from '../db/errors.ts';
import { AppError, errorKinds } from '../errors.ts';

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
    const fields = 'fields' in known ? { fields: known.fields } : {};
    const extensions = {
      code: graphql,
      ...fields,
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

/** Refusals of a document, which are 200 for clients that take plain JSON only. */
const aboutDocument: readonly AppError['kind'][] = [
  'query_too_complex',
  'persisted_query_not_supported',
];

/** All that is said of a bug; the log has the rest under the same id. */
export function internalMessage(requestId: string): string {
  return `Something went wrong on this server. Its log has more under request_id ${requestId}.`;
}

/** GraphQL quotes what it could not take: a literal or a variable, which may be a secret. */
function withoutValues(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  const code = extensions.code === 'QUERY_TOO_COMPLEX' ? 'QUERY_TOO_COMPLEX' : 'BAD_USER_INPUT';
  // A request whose document is not valid is 200 for clients that take plain JSON only.
  const isDocument = /^GRAPHQL_(PARSE|VALIDATION)_FAILED$/.test(String(extensions.code));
  const http = { status: 400, ...extensions.http, spec: isDocument || !extensions.http };
  const told = quotes.reduce((text, [quote, words]) => text.replace(quote, words), message);
  return new GraphQLError(told, { ...placeOf(error), extensions: { code, http } });
}

/** GraphQL's sentences that quote a value, and what is left of them. */
const quotes: readonly (readonly [RegExp, string])[] = [
  [
    /got invalid value .*? at "([^"]*)"[;:].*$/s,
    'has a value at "$1" that its type does not take.',
  ],
  [/got invalid value .*$/s, 'has a value that its type does not take.'],
  [/^Enum "(\w+)" cannot represent .*$/s, 'Enum "$1" does not have this value.'],
  [/^(\w+) cannot represent .*$/s, '$1 cannot represent this value.'],
  [/^Value ".*" does not exist in "(\w+)" enum\..*$/s, 'Such a value does not exist in "$1".'],
  [/, found .*$/s, '.'],
  [/^(Syntax Error: (?:Unexpected|Unterminated|Invalid)[^"':]*).*$/s, '$1.'],
];

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
