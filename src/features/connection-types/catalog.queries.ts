import { z } from 'zod';
import { visibleTypes } from '../../core/access/visible-types.ts';
import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { operation } from '../../core/operations/operation.ts';
import { perform } from '../../core/operations/perform.ts';
import { foldCase, orBlank, searchText } from '../../platform/input.ts';
import { ConnectionTypeRef, catalogueCost } from './catalog.type.ts';

const listConnectionTypes = operation({
  name: 'connectionTypes',
  description: 'Lists the types of connections that match all given arguments.',
  role: 'credential',
  audit: undefined,
  input: z.object({ category: z.string().nullish(), search: orBlank(searchText) }),
  errors: [],
  run: async (context, { category, search }) => {
    const part = foldCase(search ?? '');
    return visibleTypes(context)
      .list()
      .filter(
        ({ type, label, ...its }) =>
          (category == null || its.category === category) &&
          [label, type].some((text) => foldCase(text).includes(part)),
      );
  },
});

const readConnectionType = operation({
  name: 'connectionType',
  description: 'Finds a type of connection. It returns null if no type has this identifier.',
  role: 'credential',
  audit: undefined,
  input: z.object({ type: z.string() }),
  errors: [],
  run: async (context, { type }) => visibleTypes(context).find(type) ?? null,
});

builder.queryFields((t) => ({
  connectionTypes: t.field({
    ...operationFieldWithoutErrors(listConnectionTypes),
    type: [ConnectionTypeRef],
    complexity: { field: 1, multiplier: catalogueCost },
    args: {
      category: t.arg.string({
        required: false,
        description: 'The category of the types, such as `llm`.',
      }),
      search: t.arg.string({
        required: false,
        description: 'A part of a label or an identifier, in upper or lower case.',
      }),
    },
    resolve: (_root, args, context) => perform(listConnectionTypes, context, args),
  }),
  connectionType: t.field({
    ...operationFieldWithoutErrors(readConnectionType),
    type: ConnectionTypeRef,
    nullable: true,
    args: {
      type: t.arg.string({
        description: 'The full identifier of the type, such as `dynamiq.connections.OpenAI`.',
      }),
    },
    resolve: (_root, args, context) => perform(readConnectionType, context, args),
  }),
}));
