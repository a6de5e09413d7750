import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { AppRef, AppVisibilityRef } from './app.type.ts';
import { createApp, deleteApp, updateApp } from './apps.operations.ts';

const ConnectPageSettingsInput = builder.inputType('ConnectPageSettingsInput', {
  description:
    'The appearance of the connect page and the sites that can embed it. In an update, a setting that you leave out stays as it is, and null removes it.',
  fields: (t) => ({
    displayName: t.string({
      required: false,
      description: 'The name of the app on the page, up to 120 characters.',
    }),
    logoUrl: t.field({
      type: 'URL',
      required: false,
      description: 'The address of the logo: https, or http on a loopback address.',
    }),
    accentColor: t.string({
      required: false,
      description:
        'The color of the buttons, as `#rrggbb`. The server chooses black or white text for them, so that the contrast is at least 4.58:1 on any color.',
    }),
    allowedOrigins: t.field({
      type: ['URL'],
      required: false,
      description:
        'The sites that can show the page in a frame, at most 20: exact origins such as `https://portal.example.com`, without wildcards.',
    }),
    returnUrl: t.field({
      type: 'URL',
      required: false,
      description:
        'The address to which the page sends the browser at the end: https, or http on a loopback address.',
    }),
  }),
});

const hostnameRules =
  'The domain name of the app, in any spelling. The server stores it in lower-case ASCII without a port. It cannot be the host of PUBLIC_URL, `localhost` itself, an IP address or the hostname of another app, and it must be in a domain of `APP_DOMAINS` if the operator set that.';

const CreateAppInput = builder.inputType('CreateAppInput', {
  description: 'The settings of a new app.',
  fields: (t) => ({
    projectId: t.id({ description: 'The id of the project to which the app will belong.' }),
    name: t.string({ description: 'The name of the app for people, 1 to 120 characters.' }),
    hostname: t.string({ description: hostnameRules }),
    visibility: t.field({
      type: AppVisibilityRef,
      description: "Whether the REST routes on the app's hostname need an access key.",
    }),
    connectPage: t.field({
      type: ConnectPageSettingsInput,
      required: false,
      description: 'The appearance of the connect page; the defaults if you leave it out.',
    }),
  }),
});

const UpdateAppInput = builder.inputType('UpdateAppInput', {
  description: 'The changes to an app. A field that you leave out or set to null stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the app to change.' }),
    name: t.string({ required: false, description: 'The new name, 1 to 120 characters.' }),
    hostname: t.string({ required: false, description: hostnameRules }),
    visibility: t.field({
      type: AppVisibilityRef,
      required: false,
      description: 'The new visibility. It counts from the next request on.',
    }),
    connectPage: t.field({
      type: ConnectPageSettingsInput,
      required: false,
      description: 'The settings of the connect page that change.',
    }),
  }),
});

const DeleteAppInput = builder.inputType('DeleteAppInput', {
  description: 'The app that you want to delete.',
  fields: (t) => ({ id: t.id({ description: 'The id of the app to delete.' }) }),
});

const DeletedApp = builder.objectRef<{ id: string }>('DeletedApp').implement({
  description: 'The confirmation that an app was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'The id that the deleted app had.' }),
  }),
});

builder.mutationFields((t) => ({
  createApp: t.prismaField({
    ...operationField(createApp),
    type: AppRef,
    args: { input: t.arg({ type: CreateAppInput, description: 'The settings of the new app.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createApp, context, input);
      return requireFoundApp(await context.deps.db.app.findUnique({ ...query, where: { id } }));
    },
  }),
  updateApp: t.prismaField({
    ...operationField(updateApp),
    type: AppRef,
    args: { input: t.arg({ type: UpdateAppInput, description: 'The app and its changes.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(updateApp, context, input);
      return requireFoundApp(await context.deps.db.app.findUnique({ ...query, where: { id } }));
    },
  }),
  deleteApp: t.field({
    ...operationField(deleteApp),
    type: DeletedApp,
    args: { input: t.arg({ type: DeleteAppInput, description: 'The app to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteApp, context, input),
  }),
}));

/** Returns the row of an app that was just written. Another call may already have deleted it. */
function requireFoundApp<Row>(app: Row | null): Row {
  if (app === null) throw new NotFoundError('app');
  return app;
}
