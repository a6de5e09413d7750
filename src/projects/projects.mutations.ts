import { z } from 'zod';
import { isLoopback } from '../config.ts';
import { deleteProject } from '../connections/delete-project.service.ts';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { nameText } from '../input.ts';
import { ProjectRef } from './project.type.ts';
import { createProject, updateProject } from './projects.service.ts';

const mostRedirectUrls = 50;

const redirectUrls = z
  .array(
    z
      .instanceof(URL)
      .refine(
        isRedirectUrl,
        'must be an https URL, or http on a loopback address, without a fragment and without credentials',
      ),
  )
  .max(mostRedirectUrls, `cannot hold more than ${mostRedirectUrls}`)
  .nullish();

const CreateProjectInput = builder.inputType('CreateProjectInput', {
  description: 'A new project.',
  validate: z.looseObject({ name: nameText(120), redirectUrls }),
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
  validate: z.looseObject({ name: nameText(120).nullish(), redirectUrls }),
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
    type: ProjectRef,
    description: 'Makes a project. For admins of the organization.',
    authScopes: { organizationRole: 'admin' },
    extensions: { audit: 'project.create' },
    errors: { types: [InvalidInputError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: CreateProjectInput, description: 'What to make.' }) },
    resolve: async (query, _root, { input }, context) => {
      const id = await createProject(context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
  updateProject: t.prismaField({
    type: ProjectRef,
    description: "Changes a project's name or redirect URLs. For its admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'project.update' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: UpdateProjectInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      await updateProject(context, input);
      return context.deps.db.project.findUniqueOrThrow({ ...query, where: { id: input.id } });
    },
  }),
  deleteProject: t.field({
    type: DeletedProject,
    description:
      'Deletes a project with all that it holds, and destroys its data keys. For its admins.',
    authScopes: { role: 'admin' },
    extensions: { audit: 'project.delete' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: DeleteProjectInput, description: 'What to delete.' }) },
    resolve: async (_root, { input }, context) => ({ id: await deleteProject(context, input) }),
  }),
}));

function isRedirectUrl(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') return false;
  return !url.hash && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host)));
}
