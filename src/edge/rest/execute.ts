import {
  type DocumentNode,
  type GraphQLError,
  GraphQLSchema,
  Kind,
  OperationTypeNode,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { type Context, forgetOperation } from '../../core/graphql/context.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { toAppError } from '../http/masking.ts';
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
  const compile = createCompiler(schema);
  const compiled = new Map<DocumentNode, CompiledQuery>();
  return async ({ document, toVariables }, input, context) => {
    const run = compiled.get(document) ?? compile(document);
    compiled.set(document, run);
    try {
      const { data, errors = [] } = await run.query(undefined, context, toVariables(input));
      if (data == null) throw failureOf(errors[0]);
      return { outcome: data.outcome as never, errors }; // the document's own type is checked in route()
    } finally {
      forgetOperation(context);
    }
  };
}

/*
 * Mutations are compiled as queries of a schema that has their type for its root. A route's has one
 * field, so nothing need wait for anything; and what is compiled to run in order is slower, and holds on
 * to all that it ran with until the next major garbage collection.
 */
function createCompiler(schema: GraphQLSchema): (document: DocumentNode) => CompiledQuery {
  const ofMutations = new GraphQLSchema({ ...schema.toConfig(), query: schema.getMutationType() });
  return (document) => {
    let root = schema;
    const asQuery = visit(document, {
      [Kind.OPERATION_DEFINITION](node) {
        if (node.operation !== OperationTypeNode.MUTATION) return false;
        if (node.selectionSet.selections.length > 1) throw new Error('Mutations run one by one.');
        root = ofMutations;
        return { ...node, operation: OperationTypeNode.QUERY };
      },
    });
    const made = compileQuery(root, asQuery);
    if (!isCompiledQuery(made)) throw made.errors?.[0] ?? new Error('A document did not compile.');
    return made;
  };
}

/** Why an operation could not be answered at all, in the words of REST. */
function failureOf(error: GraphQLError | undefined): unknown {
  const known = toAppError(error);
  return known instanceof InvalidInputError
    ? new InvalidInputError(inRestNames(known.fields), { cause: error })
    : (error ?? new Error('An operation had neither data nor errors.'));
}
