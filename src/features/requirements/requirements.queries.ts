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
    description: 'Whether an end user has brought all that an app asks for.',
    fields: (t) => ({
      satisfied: t.exposeBoolean('satisfied', { description: 'Whether nothing is missing.' }),
      unsatisfied: t.field({
        type: [RequirementRef],
        description: 'What is missing, oldest first.',
        complexity: { field: 1, multiplier: mostRequirements },
        resolve: ({ unsatisfied }) => unsatisfied,
      }),
    }),
  });

builder.queryFields((t) => ({
  requirement: t.prismaField({
    type: RequirementRef,
    nullable: true,
    description: 'One requirement; null when there is none within reach.',
    authScopes: { role: 'viewer' },
    args: { id: t.arg.id({ description: 'Its UUID.' }) },
    resolve: (query, _root, { id }, { deps, viewer }) => {
      if (!isUuid(id)) return null;
      const where = { AND: [{ id }, visibleRequirements(requireMember(viewer))] };
      return deps.db.requirement.findFirst({ ...query, where });
    },
  }),
  requirementsStatus: t.field({
    type: RequirementsStatusRef,
    description: 'Whether an end user has brought all that an app asks for.',
    authScopes: { appCaller: 'viewer' },
    args: {
      userId: t.arg.string({ description: 'The end user, as the app names them.' }),
      appId: t.arg.id({
        required: false,
        description: 'The app. Only the REST routes on its hostname fill it in.',
      }),
    },
    resolve: (_root, user, context) => requirementsStatus(context, user),
  }),
}));
