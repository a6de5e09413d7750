import { z } from 'zod';
import { requireEndUser } from '../../core/access/roles.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { operation } from '../../core/operations/operation.ts';
import { perform } from '../../core/operations/perform.ts';
import { UnauthenticatedError } from '../../platform/errors.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { ConnectPageSettingsRef } from '../apps/app.type.ts';
import { RequirementRef } from '../requirements/requirement.type.ts';

const EndUserAppRef = builder.prismaObject('App', {
  variant: 'EndUserApp',
  description: 'The part of an app that its end users can see.',
  fields: (t) => ({
    appId: t.exposeID('id', { description: 'The UUID of the app.' }),
    name: t.exposeString('name', { description: 'The name of the app, for people.' }),
    connectPage: t.field({
      type: ConnectPageSettingsRef,
      description: 'The appearance of the connect page and the sites that can embed it.',
      select: {
        displayName: true,
        logoUrl: true,
        accentColor: true,
        allowedOrigins: true,
        returnUrl: true,
      },
      resolve: (app) => app,
    }),
  }),
});

const EndUserRef = builder.objectRef<ConnectTokenViewer>('EndUser').implement({
  description: 'The end user of a connect token.',
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'The id that the app gives to the end user.' }),
    app: t.prismaField({
      type: EndUserAppRef,
      description: 'The app to which the connect token belongs.',
      resolve: async (query, { appId }, _args, { deps }) => {
        const app = await deps.db.app.findUnique({ ...query, where: { id: appId } });
        // The app was deleted since the token was checked, and its tokens ended with it.
        if (app === null) throw new UnauthenticatedError();
        return app;
      },
    }),
    requirements: t.prismaField({
      type: [RequirementRef],
      description: 'The requirements of the app, oldest first.',
      complexity: { field: 1, multiplier: mostRequirements },
      resolve: (query, { appId }, _args, { deps }) =>
        deps.db.requirement.findMany({
          ...query,
          where: { appId },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        }),
    }),
  }),
});

const readEndUser = operation({
  name: 'endUser',
  description: 'Returns the end user of the connect token. It needs a connect token.',
  role: 'end user',
  audit: undefined,
  input: z.object({}),
  errors: [],
  run: async ({ viewer }) => requireEndUser(viewer),
});

builder.queryField('endUser', (t) =>
  t.field({
    ...operationFieldWithoutErrors(readEndUser),
    type: EndUserRef,
    resolve: (_root, args, context) => perform(readEndUser, context, args),
  }),
);
