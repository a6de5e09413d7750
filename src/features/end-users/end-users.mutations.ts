import { z } from 'zod';
import { builder } from '../../core/graphql/builder.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { AuthorizationRef } from '../connections/oauth.mutations.ts';
import { RequirementKindRef, RequirementRef } from '../requirements/requirement.type.ts';
import { authorizeRequirement } from './authorize-requirement.service.ts';
import { deleteEndUser } from './delete-end-user.service.ts';
import { disconnectRequirement } from './disconnect-requirement.service.ts';
import { submitCredentials } from './submit-credentials.service.ts';
import { submittedCredentials } from './submitted-credentials.input.ts';

const SubmitRequirementCredentialsInput = builder.inputType('SubmitRequirementCredentialsInput', {
  description: 'The credentials that fulfil a requirement.',
  validate: z.looseObject(submittedCredentials),
  fields: (t) => ({
    requirementId: t.id({ description: 'The id of the requirement to fulfil.' }),
    type: t.string({
      description: 'The full identifier of the connection type that the requirement asks for.',
    }),
    config: t.field({
      type: 'JSONObject',
      description:
        'The fields that the type requires and allows: see `ConnectionType.fields`. The server fills in defaults.',
    }),
  }),
});

const AuthorizeRequirementInput = builder.inputType('AuthorizeRequirementInput', {
  description: 'The requirement to fulfil at an OAuth provider or at Pipedream.',
  fields: (t) => ({
    requirementId: t.id({ description: 'The id of the requirement to fulfil.' }),
    kind: t.field({
      type: RequirementKindRef,
      required: false,
      description:
        'The kind that you expect. The call fails with InvalidInputError if the requirement has another kind.',
    }),
    redirectUrl: t.field({
      type: 'URL',
      required: false,
      description:
        "The address to which the browser goes afterwards, with the query parameter `status`. It must be one of the project's redirect URLs or the app's return URL.",
    }),
  }),
});

const DisconnectRequirementInput = builder.inputType('DisconnectRequirementInput', {
  description: 'The requirement to disconnect.',
  fields: (t) => ({
    requirementId: t.id({ description: 'The id of the requirement to disconnect.' }),
  }),
});

const DeleteEndUserInput = builder.inputType('DeleteEndUserInput', {
  description: 'The end user whose data you want to delete.',
  validate: z.looseObject({ userId }),
  fields: (t) => ({
    appId: t.id({ description: 'The id of the app.' }),
    userId: t.string({ description: 'The id that the app gives to the end user.' }),
  }),
});

type DeletedEndUser = { userId: string; links: number };

const DeletedEndUserRef = builder.objectRef<DeletedEndUser>('DeletedEndUser').implement({
  description: 'The confirmation that an end user was deleted.',
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'The id that the app gave to the end user.' }),
    links: t.exposeInt('links', {
      description: 'The number of requirements for which the end user had connected something.',
    }),
  }),
});

builder.mutationFields((t) => ({
  submitRequirementCredentials: t.prismaField({
    type: RequirementRef,
    description:
      "Stores credentials for a requirement of the connect token's user. They replace what the user connected before.",
    authScopes: { endUser: true },
    extensions: { audit: 'link.create' },
    errors: { types: [InvalidInputError, NotFoundError, ConflictError] },
    args: {
      input: t.arg({
        type: SubmitRequirementCredentialsInput,
        description: 'The requirement and its credentials.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      const id = await submitCredentials(context, input);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  authorizeRequirement: t.field({
    type: AuthorizationRef,
    description:
      "Begins a consent, or a link at Pipedream, for the connect token's user. What the user connected before stays until the new one is complete.",
    authScopes: { endUser: true },
    extensions: { audit: 'connection.authorize' },
    errors: { types: [InvalidInputError, NotFoundError, ConflictError, UpstreamError] },
    args: {
      input: t.arg({ type: AuthorizeRequirementInput, description: 'The requirement to fulfil.' }),
    },
    resolve: (_root, { input }, context) =>
      authorizeRequirement(context, {
        requirementId: input.requirementId,
        kind: input.kind ?? undefined,
        redirectUrl: input.redirectUrl?.href,
      }),
  }),
  disconnectRequirement: t.prismaField({
    type: RequirementRef,
    description:
      "Disconnects and deletes what the connect token's user connected for a requirement.",
    authScopes: { endUser: true },
    extensions: { audit: 'link.delete' },
    errors: { types: [NotFoundError, ConflictError] },
    args: {
      input: t.arg({
        type: DisconnectRequirementInput,
        description: 'The requirement to disconnect.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      const id = await disconnectRequirement(context, input.requirementId);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  deleteEndUser: t.field({
    type: DeletedEndUserRef,
    description:
      'Deletes everything that an end user connected in an app, together with their connect tokens. Only admins of the project can call it.',
    authScopes: { role: 'admin' },
    extensions: { audit: 'link.delete' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: DeleteEndUserInput, description: 'The app and its end user.' }) },
    resolve: async (_root, { input }, context) => ({
      userId: input.userId,
      links: await deleteEndUser(context, input),
    }),
  }),
}));
