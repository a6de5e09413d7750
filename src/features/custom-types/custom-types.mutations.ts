import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ConnectionTypeRef } from '../connection-types/catalog.type.ts';
import { ConnectionRef } from '../connections/connection.type.ts';
import {
  type ConnectionTypeUpdate,
  createConnectionType,
  deleteConnectionType,
  updateConnectionType,
} from './custom-types.operations.ts';

const definitionWords =
  'The definition, whose form is the JSON Schema at `/v1/connection-type.schema.json`. It has at most 64 KiB.';

const CreateConnectionTypeInput = builder.inputType('CreateConnectionTypeInput', {
  description: 'The definition of a new connection type.',
  fields: (t) => ({
    projectId: t.id({
      required: false,
      description:
        'The only project that can use the type. Without it, every project of the organization can.',
    }),
    definition: t.field({ type: 'JSONObject', description: definitionWords }),
  }),
});

const UpdateConnectionTypeInput = builder.inputType('UpdateConnectionTypeInput', {
  description: 'The new definition of a custom type. It replaces the stored one as a whole.',
  fields: (t) => ({
    type: t.string({ description: 'The full identifier of the type, such as `custom.Acme`.' }),
    definition: t.field({ type: 'JSONObject', description: definitionWords }),
    version: t.int({
      required: false,
      description: 'The version that you have read. The update fails if there is another one.',
    }),
    dryRun: t.boolean({
      required: false,
      defaultValue: false,
      description: 'Whether to return only what the update would affect, and change nothing.',
    }),
  }),
});

const DeleteConnectionTypeInput = builder.inputType('DeleteConnectionTypeInput', {
  description: 'The custom type that you want to delete.',
  fields: (t) => ({
    type: t.string({ description: 'The full identifier of the type, such as `custom.Acme`.' }),
  }),
});

const ConnectionTypeUpdateRef = builder
  .objectRef<ConnectionTypeUpdate>('ConnectionTypeUpdate')
  .implement({
    description: 'The type after an update, and the connections whose config does not fit it.',
    fields: (t) => ({
      connectionType: t.field({
        type: ConnectionTypeRef,
        description: 'The type as it is now. After a dry run it is unchanged.',
        resolve: ({ connectionType }) => connectionType,
      }),
      affectedCount: t.int({
        description:
          'The number of connections whose stored config does not fit the new definition, those of end users included.',
        resolve: ({ affected }) => affected.count,
      }),
      affected: t.field({
        type: [ConnectionRef],
        description: 'At most 100 of those connections: some that the caller can see.',
        resolve: ({ affected }) => affected.connections,
      }),
    }),
  });

const DeletedConnectionType = builder
  .objectRef<{ type: string }>('DeletedConnectionType')
  .implement({
    description: 'The confirmation that a connection type was deleted.',
    fields: (t) => ({
      type: t.exposeString('type', { description: 'The identifier that the deleted type had.' }),
    }),
  });

builder.mutationFields((t) => ({
  createConnectionType: t.field({
    ...operationField(createConnectionType),
    type: ConnectionTypeRef,
    args: {
      input: t.arg({
        type: CreateConnectionTypeInput,
        description: 'The new type, and the project that can use it.',
      }),
    },
    resolve: (_root, { input }, context) => perform(createConnectionType, context, input),
  }),
  updateConnectionType: t.field({
    ...operationField(updateConnectionType),
    type: ConnectionTypeUpdateRef,
    args: {
      input: t.arg({
        type: UpdateConnectionTypeInput,
        description: 'The type and its new definition.',
      }),
    },
    resolve: (_root, { input }, context) => perform(updateConnectionType, context, input),
  }),
  deleteConnectionType: t.field({
    ...operationField(deleteConnectionType),
    type: DeletedConnectionType,
    args: {
      input: t.arg({ type: DeleteConnectionTypeInput, description: 'The type to delete.' }),
    },
    resolve: (_root, { input }, context) => perform(deleteConnectionType, context, input),
  }),
}));
