import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';
import { perform } from '../../core/operations/perform.ts';
import { AccessKeyRef, CreatedAccessKeyRef } from './access-key.type.ts';
import { createAccessKey, revokeAccessKey } from './access-keys.service.ts';

const CreateAccessKeyInput = builder.inputType('CreateAccessKeyInput', {
  description: 'A new access key.',
  fields: (t) => ({
    name: t.string({ description: 'What it is for; 1 to 120 characters.' }),
    role: t.field({ type: RoleRef, description: "What it may do; no more than the caller's." }),
    projectId: t.id({
      required: false,
      description: 'The one project that it shall reach; the whole organization when left out.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: false,
      description: 'When it stops working; never when left out.',
    }),
  }),
});

const RevokeAccessKeyInput = builder.inputType('RevokeAccessKeyInput', {
  description: 'Which key to revoke.',
  fields: (t) => ({ id: t.id({ description: 'Its id, as lists show it.' }) }),
});

builder.mutationFields((t) => ({
  createAccessKey: t.field({
    ...operationField(createAccessKey),
    type: CreatedAccessKeyRef,
    args: { input: t.arg({ type: CreateAccessKeyInput, description: 'What to make.' }) },
    resolve: (_root, { input }, context) => perform(createAccessKey, context, input),
  }),
  revokeAccessKey: t.prismaField({
    ...operationField(revokeAccessKey),
    type: AccessKeyRef,
    args: { input: t.arg({ type: RevokeAccessKeyInput, description: 'Which key.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(revokeAccessKey, context, input);
      return context.deps.db.accessKey.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
