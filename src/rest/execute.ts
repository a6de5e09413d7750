import { execute, type GraphQLError, type GraphQLSchema } from 'graphql';
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

/** Runs operations in this process, by the schema and with the context of `/graphql`. */
export function createExecute(schema: GraphQLSchema): Execute {
  return async ({ document, toVariables }, input, contextValue) => {
    const variableValues = toVariables(input);
    const { data, errors = [] } = await execute({ schema, document, variableValues, contextValue });
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
