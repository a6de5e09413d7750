import { requireEndUser } from '../../core/access/roles.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { UnauthenticatedError } from '../../platform/errors.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { ConnectPageSettingsRef } from '../apps/app.type.ts';
import { RequirementRef } from '../requirements/requirement.type.ts';

const EndUserAppRef = builder.prismaObject('App', {
  variant: 'EndUserApp',
  description: 'What an end user may know of the app.',
  fields: (t) => ({
    appId: t.exposeID('id', { description: "The app's id, a UUID." }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    connectPage: t.field({
      type: ConnectPageSettingsRef,
      description: 'How the connect page looks, and where it may be used.',
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
  description: 'Who a connect token speaks for.',
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'As the app names them.' }),
    app: t.prismaField({
      type: EndUserAppRef,
      description: 'The app that the token is for.',
      resolve: async (query, { appId }, _args, { deps }) => {
        const app = await deps.db.app.findUnique({ ...query, where: { id: appId } });
        if (app === null) throw new UnauthenticatedError(); // deleted in between, the token with it
        return app;
      },
    }),
    requirements: t.prismaField({
      type: [RequirementRef],
      description: 'What the app asks of each of its users, oldest first.',
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

builder.queryField('endUser', (t) =>
  t.field({
    type: EndUserRef,
    description: 'Who the connect token speaks for. With a connect token only.',
    authScopes: { endUser: true },
    resolve: (_root, _args, { viewer }) => requireEndUser(viewer),
  }),
);
