import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { RoleRef } from '../../core/graphql/shared.types.ts';
import { perform } from '../../core/operations/perform.ts';
import { AccessKeyRef, CreatedAccessKeyRef } from './access-key.type.ts';
import { createAccessKey, revokeAccessKey } from './access-keys.operations.ts';

const CreateAccessKeyInput = builder.inputType('CreateAccessKeyInput', {
  description: 'The settings of a new access key.',
  fields: (t) => ({
    name: t.string({ description: 'The name that says what the key is for, 1 to 120 characters.' }),
    role: t.field({
      type: RoleRef,
      description: 'The role of the key, at most the role of the caller.',
    }),
    projectId: t.id({
      required: false,
      description:
        'The id of the one project that the key will reach; the whole organization if you leave it out.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: false,
      description: 'The time when the key expires. It never expires if you leave this out.',
    }),
  }),
});

const RevokeAccessKeyInput = builder.inputType('RevokeAccessKeyInput', {
  description: 'The access key that you want to revoke.',
  fields: (t) => ({ id: t.id({ description: 'The id of the key, as lists show it.' }) }),
});

builder.mutationFields((t) => ({
  createAccessKey: t.field({
    ...operationField(createAccessKey),
    type: CreatedAccessKeyRef,
    args: {
      input: t.arg({ type: CreateAccessKeyInput, description: 'The settings of the new key.' }),
    },
    resolve: (_root, { input }, context) => perform(createAccessKey, context, input),
  }),
  revokeAccessKey: t.prismaField({
    ...operationField(revokeAccessKey),
    type: AccessKeyRef,
    args: { input: t.arg({ type: RevokeAccessKeyInput, description: 'The key to revoke.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(revokeAccessKey, context, input);
      return context.deps.db.accessKey.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
