import { z } from 'zod';
import { RoleRef } from '../access/role.type.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { nameText } from '../input.ts';
import { AccessKeyRef, CreatedAccessKeyRef } from './access-key.type.ts';
import { createAccessKey, revokeAccessKey } from './access-keys.service.ts';

const CreateAccessKeyInput = builder.inputType('CreateAccessKeyInput', {
  description: 'A new access key.',
  validate: z.looseObject({ name: nameText(120) }),
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
    type: CreatedAccessKeyRef,
    description: 'Makes a key with no more role, scope or life than the caller has.',
    authScopes: { role: 'admin' },
    extensions: { audit: 'access_key.create' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: CreateAccessKeyInput, description: 'What to make.' }) },
    resolve: (_root, { input }, context) => createAccessKey(context, input),
  }),
  revokeAccessKey: t.prismaField({
    type: AccessKeyRef,
    description: 'Ends a key: its next request is refused.',
    authScopes: { role: 'admin' },
    extensions: { audit: 'access_key.revoke' },
    errors: { types: [NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: RevokeAccessKeyInput, description: 'Which key.' }) },
    resolve: async (query, _root, { input }, context) => {
      await revokeAccessKey(context, input.id);
      return context.deps.db.accessKey.findUniqueOrThrow({ ...query, where: { id: input.id } });
    },
  }),
}));
