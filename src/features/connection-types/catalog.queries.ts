import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { listConnectionTypes, readConnectionType } from './catalog.operations.ts';
import { ConnectionTypeRef, catalogueCost } from './catalog.type.ts';

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
      projectId: t.arg.id({
        required: false,
        description: 'The id of a project, to leave out the custom types of all other projects.',
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
