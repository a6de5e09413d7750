import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import type { App } from '../../platform/db/generated/client.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';

export const AppVisibilityRef = builder.enumType('AppVisibility', {
  description: 'Who may ask on behalf of an app.',
  values: {
    PUBLIC: {
      value: AppVisibility.public,
      description: 'Anyone: whoever knows a user id may act for that user, so use random ones.',
    },
    PRIVATE: {
      value: AppVisibility.private,
      description: 'Only who holds an access key that reaches the app.',
    },
  },
});

type ConnectPageSettings = Pick<
  App,
  'displayName' | 'logoUrl' | 'accentColor' | 'allowedOrigins' | 'returnUrl'
>;

export const ConnectPageSettingsRef = builder
  .objectRef<ConnectPageSettings>('ConnectPageSettings')
  .implement({
    description: 'How the connect page looks, and where it may be used.',
    fields: (t) => ({
      displayName: t.exposeString('displayName', {
        nullable: true,
        description: "What it calls the app; the app's name when null.",
      }),
      logoUrl: t.expose('logoUrl', {
        type: 'URL',
        nullable: true,
        description: 'The picture that it shows.',
      }),
      accentColor: t.exposeString('accentColor', {
        nullable: true,
        description: 'The colour of its buttons, as `#rrggbb`.',
      }),
      allowedOrigins: t.expose('allowedOrigins', {
        type: ['URL'],
        description: 'Which sites may show it in a frame.',
      }),
      returnUrl: t.expose('returnUrl', {
        type: 'URL',
        nullable: true,
        description: 'Where it leads when everything is done.',
      }),
    }),
  });

export const AppRef = builder.prismaObject('App', {
  interfaces: [NodeRef],
  description: 'A deployed application whose end users bring their own accounts.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    hostname: t.exposeString('hostname', {
      description: 'The host that its REST routes answer on: lower-case, in ASCII.',
    }),
    visibility: t.expose('visibility', {
      type: AppVisibilityRef,
      description: 'Who may ask on its behalf.',
    }),
    project: t.relation('project', { description: 'The project that it belongs to.' }),
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
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

export const AppPage = definePage('App', AppRef);
