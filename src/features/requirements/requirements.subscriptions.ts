import { builder } from '../../core/graphql/builder.ts';
import { RequirementRef } from './requirement.type.ts';
import { watchRequirements } from './watch-requirements.service.ts';

builder.subscriptionField('requirementStatusChanged', (t) =>
  t.field({
    type: RequirementRef,
    description:
      'Sends a requirement when an end user fulfils it or no longer fulfils it. A connect token watches its own user; every other credential names an app and a user.',
    authScopes: (_root, _args, { viewer }) =>
      viewer.kind === 'connect_token' ? { endUser: true } : { role: 'viewer' },
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
    subscribe: (_root, wanted, context) => watchRequirements(context, wanted),
    resolve: (requirement) => requirement,
  }),
);
