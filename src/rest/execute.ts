import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { InvalidInputError } from '../errors.ts';
import type { Context } from '../graphql/context.ts';
import { toAppError } from '../graphql/masking.ts';
import { inRestNames } from './field-names.ts';
import type { Route, RouteInput } from './route.ts';

/** Runs a route's operation; what it ended in, and the errors of what is missing in it. */
export type Execute = (
  route: Route,
  input: RouteInput<never, never>,
  context: Context,
) => Promise<{ outcome: never; errors: readonly GraphQLError[] }>;

/**
 * Runs operations in this process, by the schema and with the context of `/graphql`. The documents are
 * few and known, so each is compiled to a function when it first runs.
 */
export function createExecute(schema: GraphQLSchema): Execute {
  const compiled = new Map<DocumentNode, CompiledQuery>();
  const compile = (document: DocumentNode): CompiledQuery => {
    const known = compiled.get(document);
    if (known !== undefined) return known;
    const made = compileQuery(schema, document);
    if (!isCompiledQuery(made)) throw made.errors?.[0] ?? new Error('A document did not compile.');
    compiled.set(document, made);
    return made;
  };
  return async ({ document, toVariables }, input, context) => {
    const { data, errors = [] } = await compile(document).query(
      undefined,
      context,
      toVariables(input),
    );
    if (data == null) throw failureOf(errors[0]);
    return { outcome: data.outcome as never, errors }; // the document's own type is checked in route()
  };
}

/** Why an operation could not be answered at all, in the words of REST. */
function failureOf(error: GraphQLError | undefined): unknown {
  const known = toAppError(error);
  return known instanceof InvalidInputError
    ? new InvalidInputError(inRestNames(known.fields), { cause: error })
    : (error ?? new Error('An operation had neither data nor errors.'));
}
