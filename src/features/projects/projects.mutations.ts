import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ProjectRef } from './project.type.ts';
import { createProject, deleteProject, updateProject } from './projects.operations.ts';

const CreateProjectInput = builder.inputType('CreateProjectInput', {
  description: 'The settings of a new project.',
  fields: (t) => ({
    organizationId: t.id({
      required: false,
      description:
        'The id of the organization; the organization of the caller if you leave it out.',
    }),
    name: t.string({
      description: 'The name of the project: 1 to 120 characters, unique in the organization.',
    }),
    redirectUrls: t.field({
      type: ['URL'],
      required: false,
      description: 'The addresses to which the browser can go after a consent.',
    }),
  }),
});

const UpdateProjectInput = builder.inputType('UpdateProjectInput', {
  description:
    'The changes to a project. A field that you leave out or set to null stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the project to change.' }),
    name: t.string({
      required: false,
      description: 'The new name: 1 to 120 characters, unique in the organization.',
    }),
    redirectUrls: t.field({
      type: ['URL'],
      required: false,
      description: 'The complete new list of redirect URLs, which replaces the old one.',
    }),
  }),
});

const DeleteProjectInput = builder.inputType('DeleteProjectInput', {
  description: 'The project that you want to delete.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the project to delete.' }),
    confirm: t.string({
      description: 'The exact name of the project, as a protection against mistakes.',
    }),
  }),
});

const DeletedProject = builder.objectRef<{ id: string }>('DeletedProject').implement({
  description: 'The confirmation that a project was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'The id that the deleted project had.' }),
  }),
});

builder.mutationFields((t) => ({
  createProject: t.prismaField({
    ...operationField(createProject),
    type: ProjectRef,
    args: {
      input: t.arg({ type: CreateProjectInput, description: 'The settings of the new project.' }),
    },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createProject, context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateProject: t.prismaField({
    ...operationField(updateProject),
    type: ProjectRef,
    args: {
      input: t.arg({ type: UpdateProjectInput, description: 'The project and its changes.' }),
    },
    resolve: async (query, _root, { input }, context) => {
      await perform(updateProject, context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id: input.id } });
    },
  }),
  deleteProject: t.field({
    ...operationField(deleteProject),
    type: DeletedProject,
    args: { input: t.arg({ type: DeleteProjectInput, description: 'The project to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteProject, context, input),
  }),
}));
