import type { GraphQLField } from 'graphql';
import type { Limits } from '../../platform/limits.ts';
import type { Operation, Permission } from '../operations/operation.ts';

/**
 * Returns the options of a root field that come from its operation. The resolver of the field calls
 * `perform`.
 *
 * @param options `limit`: the limit on how often one GraphQL operation may ask for the field.
 */
export function operationField<Input, Output>(
  operation: Operation<Input, Output>,
  { limit }: { limit?: keyof Limits } = {},
) {
  return {
    ...operationFieldWithoutErrors(operation),
    errors: { types: [...operation.errors] },
    extensions: { operation, ...(limit !== undefined && { limit }) },
  };
}

/**
 * Does the same for a query, whose failures are errors of the response, and for a field whose type already
 * contains the errors.
 */
export function operationFieldWithoutErrors<Input, Output>(operation: Operation<Input, Output>) {
  return {
    description: operation.description,
    authScopes: { anyone: true } as const, // perform() checks the role
    extensions: { operation },
  };
}

/** Whether a root field can be asked for without a credential. */
export function isOpenToAnyone({ extensions }: GraphQLField<unknown, unknown>): boolean {
  const { operation, pothosOptions } = extensions as {
    operation?: { role: Permission };
    pothosOptions?: { authScopes?: { anyone?: boolean } };
  };
  if (operation !== undefined) return operation.role === 'anyone';
  return pothosOptions?.authScopes?.anyone === true;
}
