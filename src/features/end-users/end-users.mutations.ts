import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { AuthorizationRef } from '../connections/oauth.mutations.ts';
import { RequirementKindRef, RequirementRef } from '../requirements/requirement.type.ts';
import { authorizeRequirement } from './authorize-requirement.operation.ts';
import { deleteEndUser } from './delete-end-user.operation.ts';
import { disconnectRequirement } from './disconnect-requirement.operation.ts';
import { submitRequirementCredentials } from './submit-credentials.operation.ts';

const SubmitRequirementCredentialsInput = builder.inputType('SubmitRequirementCredentialsInput', {
  description: 'The credentials that fulfil a requirement.',
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
    ...operationField(submitRequirementCredentials),
    type: RequirementRef,
    args: {
      input: t.arg({
        type: SubmitRequirementCredentialsInput,
        description: 'The requirement and its credentials.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(submitRequirementCredentials, context, input);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  authorizeRequirement: t.field({
    ...operationField(authorizeRequirement),
    type: AuthorizationRef,
    args: {
      input: t.arg({ type: AuthorizeRequirementInput, description: 'The requirement to fulfil.' }),
    },
    resolve: (_root, { input }, context) => perform(authorizeRequirement, context, input),
  }),
  disconnectRequirement: t.prismaField({
    ...operationField(disconnectRequirement),
    type: RequirementRef,
    args: {
      input: t.arg({
        type: DisconnectRequirementInput,
        description: 'The requirement to disconnect.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(disconnectRequirement, context, input);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  deleteEndUser: t.field({
    ...operationField(deleteEndUser),
    type: DeletedEndUserRef,
    args: { input: t.arg({ type: DeleteEndUserInput, description: 'The app and its end user.' }) },
    resolve: (_root, { input }, context) => perform(deleteEndUser, context, input),
  }),
}));
