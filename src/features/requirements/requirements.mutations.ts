import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { deleteRequirement } from './delete-requirement.service.ts';
import { RequirementKindRef, RequirementRef } from './requirement.type.ts';
import { createRequirement, updateRequirement } from './requirements.service.ts';

const specRules =
  "`{type, scopes?}` for a connection, where `scopes` are of OAuth types only and left out stand for the type's own; `{app_slug}` for a Pipedream account.";

const CreateRequirementInput = builder.inputType('CreateRequirementInput', {
  description: 'Something more that each end user of an app must bring.',
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
    ...operationField(createRequirement),
    type: RequirementRef,
    args: { input: t.arg({ type: CreateRequirementInput, description: 'What to ask for.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createRequirement, context, input);
      return found(await context.deps.db.requirement.findUnique({ ...query, where: { id } }));
    },
  }),
  updateRequirement: t.prismaField({
    ...operationField(updateRequirement),
    type: RequirementRef,
    args: { input: t.arg({ type: UpdateRequirementInput, description: 'What to change.' }) },
    resolve: async (query, _root, { input }, context) => {
      await perform(updateRequirement, context, input);
      const where = { id: input.id };
      return found(await context.deps.db.requirement.findUnique({ ...query, where }));
    },
  }),
  deleteRequirement: t.field({
    ...operationField(deleteRequirement),
    type: DeletedRequirement,
    args: { input: t.arg({ type: DeleteRequirementInput, description: 'What to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteRequirement, context, input),
  }),
}));

/** A requirement just written may be deleted already. */
function found<Row>(requirement: Row | null): Row {
  if (requirement === null) throw new NotFoundError('requirement');
  return requirement;
}
