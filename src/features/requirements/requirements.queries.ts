import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { RequirementRef } from './requirement.type.ts';
import { readRequirement } from './requirements.operations.ts';
import {
  type RequirementsStatus,
  readRequirementsStatus,
} from './requirements-status.operations.ts';

const RequirementsStatusRef = builder
  .objectRef<RequirementsStatus>('RequirementsStatus')
  .implement({
    description: 'The progress of an end user with all requirements of an app.',
    fields: (t) => ({
      satisfied: t.exposeBoolean('satisfied', {
        description: 'Whether the end user has fulfilled every requirement.',
      }),
      unsatisfied: t.field({
        type: [RequirementRef],
        description: 'The requirements that the end user has not fulfilled, oldest first.',
        complexity: { field: 1, multiplier: mostRequirements },
        resolve: ({ unsatisfied }) => unsatisfied,
      }),
    }),
  });

builder.queryFields((t) => ({
  requirement: t.prismaField({
    ...operationFieldWithoutErrors(readRequirement),
    type: RequirementRef,
    nullable: true,
    args: { id: t.arg.id({ description: 'The UUID of the requirement.' }) },
    resolve: (query, _root, args, context) =>
      perform(readRequirement, { ...context, selection: query }, args),
  }),
  requirementsStatus: t.field({
    ...operationFieldWithoutErrors(readRequirementsStatus),
    type: RequirementsStatusRef,
    args: {
      userId: t.arg.string({ description: 'The id that the app gives to the end user.' }),
      appId: t.arg.id({
        required: false,
        description:
          "The id of the app. It is required in GraphQL; only the REST routes on the app's hostname fill it in.",
      }),
    },
    resolve: (_root, args, context) => perform(readRequirementsStatus, context, args),
  }),
}));
