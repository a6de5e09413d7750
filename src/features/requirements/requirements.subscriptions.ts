import { builder } from '../../core/graphql/builder.ts';
import { RequirementRef } from './requirement.type.ts';
import { watchRequirements } from './watch-requirements.service.ts';

builder.subscriptionField('requirementStatusChanged', (t) =>
  t.field({
    type: RequirementRef,
    description:
      'A requirement that a user fulfilled, or fulfils no more. With a connect token: of its own user; otherwise of one app and user.',
    authScopes: (_root, _args, { viewer }) =>
      viewer.kind === 'connect_token' ? { endUser: true } : { role: 'viewer' },
    args: {
      appId: t.arg.id({
        required: false,
        description: 'The app; not needed with a connect token.',
      }),
      userId: t.arg.string({
        required: false,
        description: 'The end user, as the app names them; not needed with a connect token.',
      }),
    },
    subscribe: (_root, wanted, context) => watchRequirements(context, wanted),
    resolve: (requirement) => requirement,
  }),
);
