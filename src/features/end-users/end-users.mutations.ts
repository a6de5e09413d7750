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
  description: 'Credentials for a requirement.',
  validate: z.looseObject(submittedCredentials),
  fields: (t) => ({
    requirementId: t.id({ description: 'The requirement.' }),
    type: t.string({ description: 'The type that the requirement asks for.' }),
    config: t.field({
      type: 'JSONObject',
      description: 'What the type asks for; see `ConnectionType.fields`. Defaults are filled in.',
    }),
  }),
});

const AuthorizeRequirementInput = builder.inputType('AuthorizeRequirementInput', {
  description: 'Which requirement to fulfil at a provider or at Pipedream, as it says.',
  fields: (t) => ({
    requirementId: t.id({ description: 'The requirement.' }),
    kind: t.field({
      type: RequirementKindRef,
      required: false,
      description: 'What the caller takes it for; refused when it is of another kind.',
    }),
    redirectUrl: t.field({
      type: 'URL',
      required: false,
      description:
        "Where the browser goes afterwards, with `status`: one of the project's redirect URLs, or the app's return URL.",
    }),
  }),
});

const DisconnectRequirementInput = builder.inputType('DisconnectRequirementInput', {
  description: 'Which requirement to unlink.',
  fields: (t) => ({ requirementId: t.id({ description: 'The requirement.' }) }),
});

const DeleteEndUserInput = builder.inputType('DeleteEndUserInput', {
  description: 'Which user to forget.',
  validate: z.looseObject({ userId }),
  fields: (t) => ({
    appId: t.id({ description: 'The app.' }),
    userId: t.string({ description: 'The user, as the app names them.' }),
  }),
});

type DeletedEndUser = { userId: string; links: number };

const DeletedEndUserRef = builder.objectRef<DeletedEndUser>('DeletedEndUser').implement({
  description: 'A user who is forgotten.',
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'As the app names them.' }),
    links: t.exposeInt('links', { description: 'How many things they had linked.' }),
  }),
});

builder.mutationFields((t) => ({
  submitRequirementCredentials: t.prismaField({
    type: RequirementRef,
    description:
      'Links credentials that the connect token’s user typed, in the place of what was linked before.',
    authScopes: { endUser: true },
    extensions: { audit: 'link.create' },
    errors: { types: [InvalidInputError, NotFoundError, ConflictError] },
    args: { input: t.arg({ type: SubmitRequirementCredentialsInput, description: 'What.' }) },
    resolve: async (query, _root, { input }, context) => {
      const id = await submitCredentials(context, input);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  authorizeRequirement: t.field({
    type: AuthorizationRef,
    description:
      'Begins a consent, or a link at Pipedream, for the connect token’s user. What was linked before stays until it is completed.',
    authScopes: { endUser: true },
    extensions: { audit: 'connection.authorize' },
    errors: { types: [InvalidInputError, NotFoundError, ConflictError, UpstreamError] },
    args: { input: t.arg({ type: AuthorizeRequirementInput, description: 'Which.' }) },
    resolve: (_root, { input }, context) =>
      authorizeRequirement(context, {
        requirementId: input.requirementId,
        kind: input.kind ?? undefined,
        redirectUrl: input.redirectUrl?.href,
      }),
  }),
  disconnectRequirement: t.prismaField({
    type: RequirementRef,
    description: 'Unlinks what the connect token’s user linked, and deletes it.',
    authScopes: { endUser: true },
    extensions: { audit: 'link.delete' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { input: t.arg({ type: DisconnectRequirementInput, description: 'Which.' }) },
    resolve: async (query, _root, { input }, context) => {
      const id = await disconnectRequirement(context, input.requirementId);
      return context.deps.db.requirement.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  deleteEndUser: t.field({
    type: DeletedEndUserRef,
    description:
      'Deletes everything that a user linked in an app, tokens and sealed values included; answers how many links. For admins.',
    authScopes: { role: 'admin' },
    extensions: { audit: 'link.delete' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: DeleteEndUserInput, description: 'Whom.' }) },
    resolve: async (_root, { input }, context) => ({
      userId: input.userId,
      links: await deleteEndUser(context, input),
    }),
  }),
}));
