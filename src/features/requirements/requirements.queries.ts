import { requireMember } from '../../core/access/roles.ts';
import { visibleRequirements } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import { isUuid } from '../../platform/input.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { RequirementRef } from './requirement.type.ts';
import { type RequirementsStatus, requirementsStatus } from './requirements-status.service.ts';

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
    type: RequirementRef,
    nullable: true,
    description:
      'Finds a requirement by its id. It returns null if the requirement does not exist or the caller cannot reach it.',
    authScopes: { role: 'viewer' },
    args: { id: t.arg.id({ description: 'The UUID of the requirement.' }) },
    resolve: (query, _root, { id }, { deps, viewer }) => {
      if (!isUuid(id)) return null;
      const where = { AND: [{ id }, visibleRequirements(requireMember(viewer))] };
      return deps.db.requirement.findFirst({ ...query, where });
    },
  }),
  requirementsStatus: t.field({
    type: RequirementsStatusRef,
    description: 'Returns whether an end user has fulfilled all requirements of an app.',
    authScopes: { appCaller: 'viewer' },
    args: {
      userId: t.arg.string({ description: 'The id that the app gives to the end user.' }),
      appId: t.arg.id({
        required: false,
        description:
          "The id of the app. It is required in GraphQL; only the REST routes on the app's hostname fill it in.",
      }),
    },
    resolve: (_root, user, context) => requirementsStatus(context, user),
  }),
}));
