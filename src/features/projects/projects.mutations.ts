import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { deleteProject } from './delete-project.ts';
import { ProjectRef } from './project.type.ts';
import { createProject, updateProject } from './projects.service.ts';

const CreateProjectInput = builder.inputType('CreateProjectInput', {
  description: 'A new project.',
  fields: (t) => ({
    organizationId: t.id({ required: false, description: "The caller's own when left out." }),
    name: t.string({ description: '1 to 120 characters, unique in the organization.' }),
    redirectUrls: t.field({
      type: ['URL'],
      required: false,
      description: 'Where a consent may send the browser afterwards.',
    }),
  }),
});

const UpdateProjectInput = builder.inputType('UpdateProjectInput', {
  description: 'Changes of a project; what is left out or null stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The project.' }),
    name: t.string({ required: false, description: 'A new name.' }),
    redirectUrls: t.field({
      type: ['URL'],
      required: false,
      description: 'All of them anew.',
    }),
  }),
});

const DeleteProjectInput = builder.inputType('DeleteProjectInput', {
  description: 'Which project to delete.',
  fields: (t) => ({
    id: t.id({ description: 'The project.' }),
    confirm: t.string({ description: 'Its name again, to the letter.' }),
  }),
});

const DeletedProject = builder.objectRef<{ id: string }>('DeletedProject').implement({
  description: 'A project that was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'Its id, which finds nothing now.' }),
  }),
});

builder.mutationFields((t) => ({
  createProject: t.prismaField({
    ...operationField(createProject),
    type: ProjectRef,
    args: { input: t.arg({ type: CreateProjectInput, description: 'What to make.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createProject, context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateProject: t.prismaField({
    ...operationField(updateProject),
    type: ProjectRef,
    args: { input: t.arg({ type: UpdateProjectInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      await perform(updateProject, context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id: input.id } });
    },
  }),
  deleteProject: t.field({
    ...operationField(deleteProject),
    type: DeletedProject,
    args: { input: t.arg({ type: DeleteProjectInput, description: 'What to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteProject, context, input),
  }),
}));
