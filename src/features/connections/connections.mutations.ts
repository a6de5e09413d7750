import { z } from 'zod';
import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { connectionChanges, withChangedConfig } from './connection.input.ts';
import { ConnectionRef } from './connection.type.ts';
import { requireConnection } from './connections.service.ts';
import { createConnection } from './create-connection.service.ts';
import { deleteConnection } from './delete-connection.service.ts';
import { updateConnection } from './update-connection.service.ts';

const CreateConnectionInput = builder.inputType('CreateConnectionInput', {
  description: 'A new connection.',
  fields: (t) => ({
    projectId: t.id({ description: 'The project that it shall belong to.' }),
    name: t.string({ description: '1 to 120 characters, unique in the project.' }),
    type: t.string({ description: 'The full identifier, `dynamiq.connections.OpenAI`.' }),
    config: t.field({
      type: 'JSONObject',
      description: 'What the type asks for; see `ConnectionType.fields`. Defaults are filled in.',
    }),
  }),
});

const UpdateConnectionInput = builder.inputType('UpdateConnectionInput', {
  description: 'Changes of a connection; what is left out or null stays as it is.',
  validate: withChangedConfig(z.object({ id: z.string(), ...connectionChanges })),
  fields: (t) => ({
    id: t.id({ description: 'The connection.' }),
    name: t.string({ required: false, description: 'A new name.' }),
    type: t.string({ required: false, description: 'A new type; it needs a whole config.' }),
    config: t.field({
      type: 'JSONObject',
      required: false,
      description:
        'Replaces the stored one. A secret left out keeps its value while the type stays; null removes it.',
    }),
    version: t.int({
      required: false,
      description:
        'The version last seen; the change is refused when it is no more the current one.',
    }),
  }),
});

const DeleteConnectionInput = builder.inputType('DeleteConnectionInput', {
  description: 'Which connection to delete.',
  fields: (t) => ({ id: t.id({ description: 'The connection.' }) }),
});

const DeletedConnection = builder.objectRef<{ id: string }>('DeletedConnection').implement({
  description: 'A connection that was deleted.',
  fields: (t) => ({
    deletedId: t.exposeID('id', { description: 'Its id, which finds nothing now.' }),
  }),
});

builder.mutationFields((t) => ({
  createConnection: t.field({
    ...operationField(createConnection),
    type: ConnectionRef,
    args: { input: t.arg({ type: CreateConnectionInput, description: 'What to store.' }) },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(createConnection, context, input);
      return requireConnection(context, id);
    },
  }),
  updateConnection: t.field({
    type: ConnectionRef,
    description: "Changes a connection's name, config or type.",
    authScopes: { role: 'editor' },
    extensions: { audit: 'connection.update' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError] },
    args: { input: t.arg({ type: UpdateConnectionInput, description: 'What to change.' }) },
    resolve: async (_root, { input }, context) =>
      requireConnection(context, await updateConnection(context, input)),
  }),
  deleteConnection: t.field({
    ...operationField(deleteConnection),
    type: DeletedConnection,
    args: { input: t.arg({ type: DeleteConnectionInput, description: 'What to delete.' }) },
    resolve: (_root, { input }, context) => perform(deleteConnection, context, input),
  }),
}));
