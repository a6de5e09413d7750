import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';
import { perform } from '../../core/operations/perform.ts';
import { setProjectRole } from './set-project-role.service.ts';
import { UserRef } from './user.type.ts';
import { createUser, deleteUser, updateUser } from './users.service.ts';

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'A new person.',
  fields: (t) => ({
    email: t.string({ description: 'Unique in the organization, whatever its case.' }),
    name: t.string({ description: 'What they are called; 1 to 120 characters.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description: "The role in the organization, no more than the caller's; none when left out.",
    }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description: 'Changes of a person.',
  fields: (t) => ({
    id: t.id({ description: 'The person.' }),
    name: t.string({ required: false, description: 'A new name.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description: 'A new role in the organization; null takes it away, left out it stays.',
    }),
  }),
});

const DeleteUserInput = builder.inputType('DeleteUserInput', {
  description: 'Whom to delete.',
  fields: (t) => ({ id: t.id({ description: 'The person.' }) }),
});

const SetProjectRoleInput = builder.inputType('SetProjectRoleInput', {
  description: 'What somebody may do in one project.',
  fields: (t) => ({
    userId: t.id({ description: 'The person.' }),
    projectId: t.id({ description: 'The project.' }),
    role: t.field({
      type: RoleRef,
      required: false,
      description: 'Counts in the place of the role in the organization; null takes it away.',
    }),
  }),
});

const DeletedUser = builder.objectRef<{ id: string }>('DeletedUser').implement({
  description: 'A person who was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'Their id, which finds nothing now.' }),
  }),
});

builder.mutationFields((t) => ({
  createUser: t.prismaField({
    ...operationField(createUser),
    type: UserRef,
    args: { input: t.arg({ type: CreateUserInput, description: 'Whom to add.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createUser, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateUser: t.prismaField({
    ...operationField(updateUser),
    type: UserRef,
    args: { input: t.arg({ type: UpdateUserInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(updateUser, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  deleteUser: t.field({
    ...operationField(deleteUser),
    type: DeletedUser,
    args: { input: t.arg({ type: DeleteUserInput, description: 'Whom to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteUser, context, input),
  }),
  setProjectRole: t.prismaField({
    ...operationField(setProjectRole),
    type: UserRef,
    args: { input: t.arg({ type: SetProjectRoleInput, description: 'Whose role, and where.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(setProjectRole, context, input);
      return context.deps.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
