import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import {
  createPersonalAccessToken,
  revokePersonalAccessToken,
} from './personal-access-tokens.operations.ts';
import { PersonalAccessTokenRef } from './user.type.ts';

const CreatePersonalAccessTokenInput = builder.inputType('CreatePersonalAccessTokenInput', {
  description: 'The settings of a new personal access token.',
  fields: (t) => ({
    name: t.string({
      description: 'The name that says what the token is for, 1 to 120 characters.',
    }),
    userId: t.id({
      required: false,
      description: 'The id of the person who will own the token; the caller if you leave it out.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: false,
      description: 'The time when the token expires. It never expires if you leave this out.',
    }),
  }),
});

const RevokePersonalAccessTokenInput = builder.inputType('RevokePersonalAccessTokenInput', {
  description: 'The personal access token that you want to revoke.',
  fields: (t) => ({ id: t.id({ description: 'The id of the token, as lists show it.' }) }),
});

const CreatedPersonalAccessToken = builder
  .objectRef<{ id: string; secret: string }>('CreatedPersonalAccessToken')
  .implement({
    description: 'A new personal access token together with its secret.',
    fields: (t) => ({
      personalAccessToken: t.prismaField({
        type: PersonalAccessTokenRef,
        description: 'The token as lists show it, without its secret.',
        resolve: (query, { id }, _args, { deps }) =>
          deps.db.personalAccessToken.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      secret: t.exposeString('secret', {
        description: 'The token itself. No other operation returns it.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  createPersonalAccessToken: t.field({
    ...operationField(createPersonalAccessToken),
    type: CreatedPersonalAccessToken,
    args: {
      input: t.arg({
        type: CreatePersonalAccessTokenInput,
        description: 'The settings of the new token.',
      }),
    },
    resolve: (_root, { input }, context) => perform(createPersonalAccessToken, context, input),
  }),
  revokePersonalAccessToken: t.prismaField({
    ...operationField(revokePersonalAccessToken),
    type: PersonalAccessTokenRef,
    args: {
      input: t.arg({ type: RevokePersonalAccessTokenInput, description: 'The token to revoke.' }),
    },
    resolve: async (query, _root, { input }, context) => {
      await perform(revokePersonalAccessToken, context, input);
      const where = { id: input.id };
      return context.deps.db.personalAccessToken.findUniqueOrThrow({ ...query, where });
    },
  }),
}));
