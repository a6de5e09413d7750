import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ConnectionRef } from './connection.type.ts';
import { createConnection } from './create-connection.operation.ts';
import { deleteConnection } from './delete-connection.operation.ts';
import { updateConnection } from './update-connection.operation.ts';

const CreateConnectionInput = builder.inputType('CreateConnectionInput', {
  description: 'The values of a new connection.',
  fields: (t) => ({
    projectId: t.id({ description: 'The id of the project to which the connection will belong.' }),
    name: t.string({
      description: 'The name of the connection: 1 to 120 characters, unique in the project.',
    }),
    type: t.string({
      description:
        'The full identifier of the connection type, such as `dynamiq.connections.OpenAI`.',
    }),
    config: t.field({
      type: 'JSONObject',
      description:
        'The fields that the type requires and allows: see `ConnectionType.fields`. The server fills in defaults.',
    }),
    verify: t.boolean({
      required: false,
      defaultValue: false,
      description:
        'Whether to verify the credentials first. Refused ones are not stored and fail with InvalidInputError. Every other verdict is stored with the connection.',
    }),
  }),
});

const UpdateConnectionInput = builder.inputType('UpdateConnectionInput', {
  description:
    'The changes to a connection. A field that you leave out or set to null stays as it is.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the connection to change.' }),
    name: t.string({
      required: false,
      description: 'The new name: 1 to 120 characters, unique in the project.',
    }),
    type: t.string({
      required: false,
      description: 'The full identifier of the new type. A new type needs a complete config.',
    }),
    config: t.field({
      type: 'JSONObject',
      required: false,
      description:
        'The config that replaces the stored one. A secret field that you leave out keeps its value if the type stays the same; null removes it.',
    }),
    version: t.int({
      required: false,
      description:
        'The version that you have read. The update fails with ConflictError unless it is the current version.',
    }),
    verify: t.boolean({
      required: false,
      defaultValue: false,
      description:
        'Whether to verify the credentials first. Refused ones are not stored and fail with InvalidInputError. Every other verdict is stored with the connection.',
    }),
    confirmAccountChange: t.boolean({
      required: false,
      defaultValue: false,
      description:
        'Whether verified credentials may belong to another account than before. Without it such an update fails with ConflictError.',
    }),
  }),
});

const DeleteConnectionInput = builder.inputType('DeleteConnectionInput', {
  description: 'The connection that you want to delete.',
  fields: (t) => ({ id: t.id({ description: 'The id of the connection to delete.' }) }),
});

const DeletedConnection = builder.objectRef<{ id: string }>('DeletedConnection').implement({
  description: 'The confirmation that a connection was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'The id that the deleted connection had.' }),
  }),
});

builder.mutationFields((t) => ({
  createConnection: t.field({
    ...operationField(createConnection),
    type: ConnectionRef,
    args: {
      input: t.arg({ type: CreateConnectionInput, description: 'The connection to create.' }),
    },
    resolve: (_root, { input }, context) => perform(createConnection, context, input),
  }),
  updateConnection: t.field({
    ...operationField(updateConnection),
    type: ConnectionRef,
    args: {
      input: t.arg({ type: UpdateConnectionInput, description: 'The connection and its changes.' }),
    },
    resolve: (_root, { input }, context) => perform(updateConnection, context, input),
  }),
  deleteConnection: t.field({
    ...operationField(deleteConnection),
    type: DeletedConnection,
    args: {
      input: t.arg({ type: DeleteConnectionInput, description: 'The connection to delete.' }),
    },
    resolve: (_root, { input }, context) => perform(deleteConnection, context, input),
  }),
}));
