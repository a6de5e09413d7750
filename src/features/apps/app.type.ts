import { builder } from '../../core/graphql/builder.ts';
import { definePage } from '../../core/graphql/page.ts';
import { NodeRef } from '../../core/graphql/shared.types.ts';
import type { App } from '../../platform/db/generated/client.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';

export const AppVisibilityRef = builder.enumType('AppVisibility', {
  description: "Whether the REST routes on an app's hostname need an access key.",
  values: {
    PUBLIC: {
      value: AppVisibility.public,
      description:
        'Anyone can create connect tokens. A caller who knows a user id can act for that user, so use random user ids.',
    },
    PRIVATE: {
      value: AppVisibility.private,
      description:
        'Only callers with an access key that reaches the app can create connect tokens.',
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
    description: 'The appearance of the connect page and the sites that can embed it.',
    fields: (t) => ({
      displayName: t.exposeString('displayName', {
        nullable: true,
        description: "The name of the app on the page; null to show the app's own name.",
      }),
      logoUrl: t.expose('logoUrl', {
        type: 'URL',
        nullable: true,
        description: 'The address of the logo on the page; null for no logo.',
      }),
      accentColor: t.exposeString('accentColor', {
        nullable: true,
        description: 'The color of the buttons, as `#rrggbb`; null for the default color.',
      }),
      allowedOrigins: t.expose('allowedOrigins', {
        type: ['URL'],
        description: 'The origins of the sites that can show the page in a frame.',
      }),
      returnUrl: t.expose('returnUrl', {
        type: 'URL',
        nullable: true,
        description:
          'The address to which the page sends the browser when the user has fulfilled all requirements.',
      }),
    }),
  });

export const AppRef = builder.prismaObject('App', {
  interfaces: [NodeRef],
  description: 'A deployed application whose end users connect their own accounts.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the app.' }),
    name: t.exposeString('name', { description: 'The name of the app, for people.' }),
    hostname: t.exposeString('hostname', {
      description:
        "The host of the app's own REST routes, in lower-case ASCII, such as `shop.example.com`.",
    }),
    visibility: t.expose('visibility', {
      type: AppVisibilityRef,
      description: "Whether the REST routes on the app's hostname need an access key.",
    }),
    project: t.relation('project', { description: 'The project to which the app belongs.' }),
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
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'The time when the app was created.',
    }),
  }),
});

export const AppPage = definePage('App', AppRef);
