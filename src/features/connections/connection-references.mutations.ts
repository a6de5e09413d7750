import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ConnectionRef } from './connection.type.ts';
import { ConnectionReferenceRef } from './connection-reference.type.ts';
import {
  addConnectionReference,
  removeConnectionReference,
} from './connection-references.service.ts';
import { requireConnection } from './connections.service.ts';
import { replaceConnection } from './replace-connection.service.ts';

const AddConnectionReferenceInput = builder.inputType('AddConnectionReferenceInput', {
  description: 'The connection and the thing that uses it.',
  fields: (t) => ({
    connectionId: t.id({ description: 'The id of the connection that is in use.' }),
    kind: t.string({
      description: 'The kind of user of the connection, such as `workflow`; 1 to 64 characters.',
    }),
    externalId: t.string({
      description:
        'The id of the workflow or the like, in the system that it belongs to; 1 to 255 characters.',
    }),
    label: t.string({ required: false, description: 'A name for people, 1 to 255 characters.' }),
  }),
});

const RemoveConnectionReferenceInput = builder.inputType('RemoveConnectionReferenceInput', {
  description: 'The reference that you want to remove.',
  fields: (t) => ({ id: t.id({ description: 'The id of the reference to remove.' }) }),
});

const ReplaceConnectionInput = builder.inputType('ReplaceConnectionInput', {
  description: 'The connection to replace and its replacement.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the connection that is in use now.' }),
    withId: t.id({
      description: 'The id of the replacement, which has the same type and project.',
    }),
  }),
});

builder.mutationFields((t) => ({
  addConnectionReference: t.field({
    ...operationField(addConnectionReference),
    type: ConnectionReferenceRef,
    args: {
      input: t.arg({
        type: AddConnectionReferenceInput,
        description: 'The connection and the thing that uses it.',
      }),
    },
    resolve: (_root, { input }, context) => perform(addConnectionReference, context, input),
  }),
  removeConnectionReference: t.field({
    ...operationField(removeConnectionReference),
    type: ConnectionReferenceRef,
    args: {
      input: t.arg({
        type: RemoveConnectionReferenceInput,
        description: 'The reference to remove.',
      }),
    },
    resolve: (_root, { input }, context) => perform(removeConnectionReference, context, input),
  }),
  replaceConnection: t.field({
    ...operationField(replaceConnection),
    type: ConnectionRef,
    args: {
      input: t.arg({
        type: ReplaceConnectionInput,
        description: 'The connection to replace and its replacement.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(replaceConnection, context, input);
      return requireConnection(context, id);
    },
  }),
}));
