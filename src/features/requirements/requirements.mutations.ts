import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { RequirementKindRef, RequirementRef } from './requirement.type.ts';
import {
  createRequirement,
  deleteRequirement,
  updateRequirement,
} from './requirements.operations.ts';

const titlesRules =
  'The title in other languages, by their tags (BCP 47): `{"de": "Ihr Schlüssel"}`, at most 20. The connect page shows the one of its language.';
const descriptionsRules = 'The description in other languages, by their tags (BCP 47), at most 20.';

const specRules =
  'The details: `{type, scopes?, preset?, hidden?}` for a connection, `{app_slug}` for a Pipedream account. Only OAuth types have `scopes`; the default is the scopes of the type. `preset` holds values of fields that end users neither see nor enter, secrets included; `hidden` lists fields that they are not asked for. A secret that a changed preset leaves out stays while the type and the other values stay; null removes it.';

const CreateRequirementInput = builder.inputType('CreateRequirementInput', {
  description: 'A new requirement that each end user of an app must fulfil.',
  fields: (t) => ({
    appId: t.id({ description: 'The id of the app, which has at most 50 requirements.' }),
    name: t.string({
      description: 'The name for programs: 1 to 120 characters, unique in the app.',
    }),
    kind: t.field({
      type: RequirementKindRef,
      description: 'The kind of thing that an end user must connect.',
    }),
    title: t.string({ description: 'The title that people read, 1 to 200 characters.' }),
    titles: t.field({ type: 'JSONObject', required: false, description: titlesRules }),
    description: t.string({
      required: false,
      description: 'The text that people read below the title, up to 2,000 characters.',
    }),
    descriptions: t.field({ type: 'JSONObject', required: false, description: descriptionsRules }),
    spec: t.field({ type: 'JSONObject', description: specRules }),
    workflowId: t.string({
      required: false,
      description:
        'The id of the workflow that uses what is connected, in the system to which it belongs: up to 255 characters.',
    }),
  }),
});

const UpdateRequirementInput = builder.inputType('UpdateRequirementInput', {
  description: 'The changes to a requirement. A field that you leave out stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the requirement to change.' }),
    title: t.string({ required: false, description: 'The new title, 1 to 200 characters.' }),
    titles: t.field({
      type: 'JSONObject',
      required: false,
      description: `${titlesRules} Null removes all of them.`,
    }),
    description: t.string({
      required: false,
      description: 'The new description, up to 2,000 characters. Null removes it.',
    }),
    descriptions: t.field({
      type: 'JSONObject',
      required: false,
      description: `${descriptionsRules} Null removes all of them.`,
    }),
    spec: t.field({
      type: 'JSONObject',
      required: false,
      description: `The spec that replaces the old one; the kind stays the same. What end users connected counts while it matches the spec. ${specRules}`,
    }),
  }),
});

const DeleteRequirementInput = builder.inputType('DeleteRequirementInput', {
  description: 'The requirement that you want to delete.',
  fields: (t) => ({ id: t.id({ description: 'The id of the requirement to delete.' }) }),
});

const DeletedRequirement = builder.objectRef<{ id: string }>('DeletedRequirement').implement({
  description: 'The confirmation that a requirement was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'The id that the deleted requirement had.' }),
  }),
});

builder.mutationFields((t) => ({
  createRequirement: t.prismaField({
    ...operationField(createRequirement),
    type: RequirementRef,
    args: {
      input: t.arg({ type: CreateRequirementInput, description: 'The requirement to create.' }),
    },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await perform(createRequirement, context, input);
      return requireFoundRequirement(
        await context.deps.db.requirement.findUnique({ ...query, where: { id } }),
      );
    },
  }),
  updateRequirement: t.prismaField({
    ...operationField(updateRequirement),
    type: RequirementRef,
    args: {
      input: t.arg({
        type: UpdateRequirementInput,
        description: 'The requirement and its changes.',
      }),
    },
    resolve: async (query, _root, { input }, context) => {
      await perform(updateRequirement, context, input);
      const where = { id: input.id };
      return requireFoundRequirement(
        await context.deps.db.requirement.findUnique({ ...query, where }),
      );
    },
  }),
  deleteRequirement: t.field({
    ...operationField(deleteRequirement),
    type: DeletedRequirement,
    args: {
      input: t.arg({ type: DeleteRequirementInput, description: 'The requirement to delete.' }),
    },
    resolve: (_root, { input }, context) => perform(deleteRequirement, context, input),
  }),
}));

/**
 * Returns the row of a requirement that was just written. Another call may already have deleted it.
 */
function requireFoundRequirement<Row>(requirement: Row | null): Row {
  if (requirement === null) throw new NotFoundError('requirement');
  return requirement;
}
