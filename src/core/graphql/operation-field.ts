import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core';
import type { GraphQLField } from 'graphql';
import type { Limits } from '../../platform/limits.ts';
import type { Operation, Permission } from '../operations/operation.ts';

/** The facts of an operation that the endpoint and the guards read from its root field. */
type OperationExtension = {
  operation: { name: string; role: Permission; audit: string | undefined };
};

/* A root field does not compile without an operation, and an operation not without a role. */
declare global {
  export namespace PothosSchemaTypes {
    export interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      extensions: OperationExtension;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      extensions: OperationExtension;
    }
    export interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      extensions: OperationExtension;
    }
  }
}

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
    errors: {
      types: [...operation.errors],
      union: { description: `The result of \`${operation.name}\`, or the error that it ended in.` },
    },
    extensions: { operation, ...(limit !== undefined && { limit }) },
  };
}

/**
 * Does the same for a query, whose failures are errors of the response, and for a field whose type already
 * contains the errors.
 */
export function operationFieldWithoutErrors<Input, Output>(operation: Operation<Input, Output>) {
  return { description: operation.description, extensions: { operation } };
}

/** The operation of a root field. */
export function operationOf({ extensions }: GraphQLField<unknown, unknown>) {
  return (extensions as OperationExtension).operation; // the options of root fields require it
}

/** Whether a root field can be asked for without a credential. */
export function isOpenToAnyone(field: GraphQLField<unknown, unknown>): boolean {
  return operationOf(field).role === 'anyone';
}
