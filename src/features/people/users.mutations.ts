import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { RoleRef } from '../../core/graphql/shared.types.ts';
import { perform } from '../../core/operations/perform.ts';
import { UserRef } from './user.type.ts';
import { createUser, deleteUser, setProjectRole, updateUser } from './users.operations.ts';

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'The person to add to the organization.',
  fields: (t) => ({
    email: t.string({
      description:
        'The email address, unique in the organization regardless of upper and lower case.',
    }),
    name: t.string({ description: 'The name of the person, 1 to 120 characters.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description:
        'The role in the organization, at most the role of the caller. The person has none if you leave it out.',
    }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description: 'The changes to a person. A field that you leave out stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the person to change.' }),
    name: t.string({ required: false, description: 'The new name, 1 to 120 characters.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description: 'The new role in the organization. Null removes the role.',
    }),
  }),
});

const DeleteUserInput = builder.inputType('DeleteUserInput', {
  description: 'The person that you want to delete.',
  fields: (t) => ({ id: t.id({ description: 'The id of the person to delete.' }) }),
});

const SetProjectRoleInput = builder.inputType('SetProjectRoleInput', {
  description: 'The role that a person gets in one project.',
  fields: (t) => ({
    userId: t.id({ description: 'The id of the person.' }),
    projectId: t.id({ description: 'The id of the project.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description:
        'The role in the project, which replaces the role in the organization there. Null removes it.',
    }),
  }),
});

const DeletedUser = builder.objectRef<{ id: string }>('DeletedUser').implement({
  description: 'The confirmation that a person was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'The id that the deleted person had.' }),
  }),
});

builder.mutationFields((t) => ({
  createUser: t.prismaField({
    ...operationField(createUser),
    type: UserRef,
    args: { input: t.arg({ type: CreateUserInput, description: 'The person to add.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createUser, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateUser: t.prismaField({
    ...operationField(updateUser),
    type: UserRef,
    args: { input: t.arg({ type: UpdateUserInput, description: 'The person and the changes.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(updateUser, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  deleteUser: t.field({
    ...operationField(deleteUser),
    type: DeletedUser,
    args: { input: t.arg({ type: DeleteUserInput, description: 'The person to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteUser, context, input),
  }),
  setProjectRole: t.prismaField({
    ...operationField(setProjectRole),
    type: UserRef,
    args: {
      input: t.arg({
        type: SetProjectRoleInput,
        description: 'The person, the project and the role.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(setProjectRole, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
