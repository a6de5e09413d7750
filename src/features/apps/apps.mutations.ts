import { builder } from '../../core/graphql/builder.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { AppRef, AppVisibilityRef } from './app.type.ts';
import { createApp, updateApp } from './apps.service.ts';
import { deleteApp } from './delete-app.service.ts';

const ConnectPageSettingsInput = builder.inputType('ConnectPageSettingsInput', {
  description:
    'How the connect page shall look, and where it may be used. When an app is changed, what is left out stays and null takes a setting away.',
  fields: (t) => ({
    displayName: t.string({
      required: false,
      description: 'What it calls the app, up to 120 characters.',
    }),
    logoUrl: t.field({
      type: 'URL',
      required: false,
      description: 'The picture that it shows: https, or http on a loopback address.',
    }),
    accentColor: t.string({
      required: false,
      description:
        'The colour of its buttons, as `#rrggbb`. Their text is black or white, whichever has the more contrast: 4.58:1 or better on any colour.',
    }),
    allowedOrigins: t.field({
      type: ['URL'],
      required: false,
      description:
        'Which sites may show it in a frame, at most 20: exact origins such as `https://portal.example.com`, without wildcards.',
    }),
    returnUrl: t.field({
      type: 'URL',
      required: false,
      description: 'Where it leads when everything is done: https, or http on a loopback address.',
    }),
  }),
});

const hostnameRules =
  'A domain name in any spelling; it is kept in lower-case ASCII without its port. Never the host of PUBLIC_URL, `localhost` itself, an IP address, or the hostname of another app; within `APP_DOMAINS` where the operator set that.';

const CreateAppInput = builder.inputType('CreateAppInput', {
  description: 'A new app.',
  fields: (t) => ({
    projectId: t.id({ description: 'The project that it shall belong to.' }),
    name: t.string({ description: 'Its name for people, 1 to 120 characters.' }),
    hostname: t.string({ description: hostnameRules }),
    visibility: t.field({ type: AppVisibilityRef, description: 'Who may ask on its behalf.' }),
    connectPage: t.field({
      type: ConnectPageSettingsInput,
      required: false,
      description: 'How the connect page shall look.',
    }),
  }),
});

const UpdateAppInput = builder.inputType('UpdateAppInput', {
  description: 'Changes of an app; what is left out or null stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The app.' }),
    name: t.string({ required: false, description: 'A new name.' }),
    hostname: t.string({ required: false, description: hostnameRules }),
    visibility: t.field({
      type: AppVisibilityRef,
      required: false,
      description: 'Who may ask on its behalf from now on.',
    }),
    connectPage: t.field({
      type: ConnectPageSettingsInput,
      required: false,
      description: 'Which of its settings change.',
    }),
  }),
});

const DeleteAppInput = builder.inputType('DeleteAppInput', {
  description: 'Which app to delete.',
  fields: (t) => ({ id: t.id({ description: 'The app.' }) }),
});

const DeletedApp = builder.objectRef<{ id: string }>('DeletedApp').implement({
  description: 'An app that was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'Its id, which finds nothing now.' }),
  }),
});

builder.mutationFields((t) => ({
  createApp: t.prismaField({
    type: AppRef,
    description: "Makes an app in a project. For the project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'app.create' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: CreateAppInput, description: 'What to make.' }) },
    resolve: async (query, _root, { input }, context) => {
      const id = await createApp(context, input);
      return found(await context.deps.db.app.findUnique({ ...query, where: { id } }));
    },
  }),
  updateApp: t.prismaField({
    type: AppRef,
    description: "Changes an app. For its project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'app.update' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: UpdateAppInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      await updateApp(context, input);
      return found(await context.deps.db.app.findUnique({ ...query, where: { id: input.id } }));
    },
  }),
  deleteApp: t.field({
    type: DeletedApp,
    description:
      "Deletes an app with its requirements and all that its end users linked, sealed values included. For its project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'app.delete' },
    errors: { types: [NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: DeleteAppInput, description: 'What to delete.' }) },
    resolve: async (_root, { input }, context) => ({ id: await deleteApp(context, input.id) }),
  }),
}));

/** An app just written may be deleted already. */
function found<Row>(app: Row | null): Row {
  if (app === null) throw new NotFoundError('app');
  return app;
}
