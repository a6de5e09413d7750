import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import {
  createPersonalAccessToken,
  revokePersonalAccessToken,
} from './personal-access-tokens.service.ts';
import { PersonalAccessTokenRef } from './user.type.ts';

const CreatePersonalAccessTokenInput = builder.inputType('CreatePersonalAccessTokenInput', {
  description: 'A new personal access token.',
  fields: (t) => ({
    name: t.string({ description: 'What it is for; 1 to 120 characters.' }),
    userId: t.id({
      required: false,
      description: 'Whose it shall be; the caller themselves when left out.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: false,
      description: 'When it stops working; never when left out.',
    }),
  }),
});

const RevokePersonalAccessTokenInput = builder.inputType('RevokePersonalAccessTokenInput', {
  description: 'Which token to revoke.',
  fields: (t) => ({ id: t.id({ description: 'Its id, as lists show it.' }) }),
});

const CreatedPersonalAccessToken = builder
  .objectRef<{ id: string; secret: string }>('CreatedPersonalAccessToken')
  .implement({
    description: 'A new token.',
    fields: (t) => ({
      personalAccessToken: t.prismaField({
        type: PersonalAccessTokenRef,
        description: 'The token as lists show it.',
        resolve: (query, { id }, _args, { deps }) =>
          deps.db.personalAccessToken.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      secret: t.exposeString('secret', { description: 'The token itself. Shown only here.' }),
    }),
  });

builder.mutationFields((t) => ({
  createPersonalAccessToken: t.field({
    ...operationField(createPersonalAccessToken),
    type: CreatedPersonalAccessToken,
    args: {
      input: t.arg({ type: CreatePersonalAccessTokenInput, description: 'What to make.' }),
    },
    resolve: (_root, { input }, context) => perform(createPersonalAccessToken, context, input),
  }),
  revokePersonalAccessToken: t.prismaField({
    ...operationField(revokePersonalAccessToken),
    type: PersonalAccessTokenRef,
    args: { input: t.arg({ type: RevokePersonalAccessTokenInput, description: 'Which token.' }) },
    resolve: async (query, _root, { input }, context) => {
      await perform(revokePersonalAccessToken, context, input);
      const where = { id: input.id };
      return context.deps.db.personalAccessToken.findUniqueOrThrow({ ...query, where });
    },
  }),
}));
