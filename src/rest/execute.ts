import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { InvalidInputError } from '../errors.ts';
import { type Context, forgetOperation } from '../graphql/context.ts';
import { toAppError } from '../graphql/masking.ts';
import { inRestNames } from './field-names.ts';
import type { Route, RouteInput } from './route.ts';

/** Runs a route's operation; what it ended in, and the errors of what is missing in it. */
export type Execute = (
  route: Route,
  input: RouteInput<never, never>,
  context: Context,
) => Promise<{ outcome: never; errors: readonly GraphQLError[] }>;

type Run = (context: Context, variables: Record<string, unknown>) => ReturnType<typeof execute>;

/** Runs operations in this process, by the schema and with the context of `/graphql`. */
export function createExecute(schema: GraphQLSchema): Execute {
  const runs = new Map<DocumentNode, Run>();
  return async ({ document, toVariables }, input, context) => {
    const run = runs.get(document) ?? prepare(schema, document);
    runs.set(document, run);
    try {
      const { data, errors = [] } = await run(context, toVariables(input));
      if (data == null) throw failureOf(errors[0]);
      return { outcome: data.outcome as never, errors }; // the document's own type is checked in route()
    } finally {
      forgetOperation(context);
    }
  };
}

/*
 * Queries are compiled to functions when they first run. A mutation is run as it is: it has one field
 * and hardly gains, and its compiled form holds on to what it ran with until the next major collection.
 */
function prepare(schema: GraphQLSchema, document: DocumentNode): Run {
  if (getOperationAST(document)?.operation !== OperationTypeNode.QUERY) {
    return (contextValue, variableValues) =>
      execute({ schema, document, contextValue, variableValues });
  }
  const made = compileQuery(schema, document);
  if (!isCompiledQuery(made)) throw made.errors?.[0] ?? new Error('A document did not compile.');
  return (context, variables) => made.query(undefined, context, variables);
}

/** Why an operation could not be answered at all, in the words of REST. */
function failureOf(error: GraphQLError | undefined): unknown {
  const known = toAppError(error);
  return known instanceof InvalidInputError
    ? new InvalidInputError(inRestNames(known.fields), { cause: error })
    : (error ?? new Error('An operation had neither data nor errors.'));
}
