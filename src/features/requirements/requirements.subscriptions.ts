import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { RequirementRef } from './requirement.type.ts';
import { watchRequirements } from './requirements-status.operations.ts';

builder.subscriptionField('requirementStatusChanged', (t) =>
  t.field({
    ...operationFieldWithoutErrors(watchRequirements),
    type: RequirementRef,
    args: {
      appId: t.arg.id({
        required: false,
        description: 'The id of the app; not needed with a connect token.',
      }),
      userId: t.arg.string({
        required: false,
        description: 'The id that the app gives to the end user; not needed with a connect token.',
      }),
    },
    subscribe: (_root, args, context) => perform(watchRequirements, context, args),
    resolve: (requirement) => requirement,
  }),
);
