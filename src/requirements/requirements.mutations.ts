import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { deleteRequirement } from './delete-requirement.service.ts';
import { newRequirement, requirementChanges } from './requirement.input.ts';
import { RequirementKindRef, RequirementRef } from './requirement.type.ts';
import { createRequirement, updateRequirement } from './requirements.service.ts';

const specRules =
  "`{type, scopes?}` for a connection, where `scopes` are of OAuth types only and left out stand for the type's own; `{app_slug}` for a Pipedream account.";

const CreateRequirementInput = builder.inputType('CreateRequirementInput', {
  description: 'Something more that each end user of an app must bring.',
  validate: newRequirement,
  fields: (t) => ({
    appId: t.id({ description: 'The app. It asks for 50 things at most.' }),
    name: t.string({
      description: 'What programs shall call it: 1 to 120 characters, unique in the app.',
    }),
    kind: t.field({ type: RequirementKindRef, description: 'What is to be brought.' }),
    title: t.string({ description: 'What people read, 1 to 200 characters.' }),
    description: t.string({
      required: false,
      description: 'What people read below the title, up to 2,000 characters.',
    }),
    spec: t.field({ type: 'JSONObject', description: specRules }),
    workflowId: t.string({
      required: false,
      description: 'The workflow that uses it, by its id elsewhere: up to 255 characters.',
    }),
  }),
});

const UpdateRequirementInput = builder.inputType('UpdateRequirementInput', {
  description: 'Changes of a requirement; what is left out stays as it is.',
  validate: requirementChanges,
  fields: (t) => ({
    id: t.id({ description: 'The requirement.' }),
    title: t.string({ required: false, description: 'A new title.' }),
    description: t.string({
      required: false,
      description: 'A new description; null takes it away.',
    }),
    spec: t.field({
      type: 'JSONObject',
      required: false,
      description: `Replaces the old one, and is of the same kind. What users linked counts as long as it is what is asked for. ${specRules}`,
    }),
  }),
});

const DeleteRequirementInput = builder.inputType('DeleteRequirementInput', {
  description: 'Which requirement to delete.',
  fields: (t) => ({ id: t.id({ description: 'The requirement.' }) }),
});

const DeletedRequirement = builder.objectRef<{ id: string }>('DeletedRequirement').implement({
  description: 'A requirement that was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'Its id, which finds nothing now.' }),
  }),
});

builder.mutationFields((t) => ({
  createRequirement: t.prismaField({
    type: RequirementRef,
    description: "Has an app ask its users for something more. For its project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'requirement.create' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: CreateRequirementInput, description: 'What to ask for.' }) },
    resolve: async (query, _root, { input }, context) => {
      const id = await createRequirement(context, input);
      return found(await context.deps.db.requirement.findUnique({ ...query, where: { id } }));
    },
  }),
  updateRequirement: t.prismaField({
    type: RequirementRef,
    description: "Changes what an app asks for. For its project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'requirement.update' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: UpdateRequirementInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      await updateRequirement(context, input);
      const where = { id: input.id };
      return found(await context.deps.db.requirement.findUnique({ ...query, where }));
    },
  }),
  deleteRequirement: t.field({
    type: DeletedRequirement,
    description:
      "Deletes a requirement and all that users linked for it, sealed values included. For its project's admins.",
    authScopes: { role: 'admin' },
    extensions: { audit: 'requirement.delete' },
    errors: { types: [NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: DeleteRequirementInput, description: 'What to delete.' }) },
    resolve: async (_root, { input }, context) => ({
      id: await deleteRequirement(context, input.id),
    }),
  }),
}));

/** A requirement just written may be deleted already. */
function found<Row>(requirement: Row | null): Row {
  if (requirement === null) throw new NotFoundError('requirement');
  return requirement;
}
